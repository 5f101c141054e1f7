# What Google would answer, as far as something else is made from it.

mock_resource "google_cloudfunctions2_function" {
  defaults = {
    service_config = {
      uri = "https://mocked-abcdefghij-uc.a.run.app"
    }
  }
}

mock_resource "google_logging_project_sink" {
  defaults = {
    writer_identity = "serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com"
  }
}

mock_resource "google_logging_folder_sink" {
  defaults = {
    writer_identity = "serviceAccount:service-folder-345678901234@gcp-sa-logging.iam.gserviceaccount.com"
  }
}

mock_resource "google_logging_organization_sink" {
  defaults = {
    writer_identity = "serviceAccount:service-org-234567890123@gcp-sa-logging.iam.gserviceaccount.com"
  }
}
