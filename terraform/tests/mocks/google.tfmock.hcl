# What Google would answer, as far as something else is made from it: a mocked name of random letters
# is refused where a service account, an address or a schema's name is due.

mock_resource "google_service_account" {
  defaults = {
    name   = "projects/ml-platform/serviceAccounts/mocked@ml-platform.iam.gserviceaccount.com"
    email  = "mocked@ml-platform.iam.gserviceaccount.com"
    member = "serviceAccount:mocked@ml-platform.iam.gserviceaccount.com"
  }
}

mock_resource "google_cloudfunctions2_function" {
  defaults = {
    service_config = {
      uri     = "https://mocked-abcdefghij-uc.a.run.app"
      service = "projects/ml-platform/locations/us-central1/services/mocked"
    }
    url = "https://us-central1-ml-platform.cloudfunctions.net/mocked"
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

mock_resource "google_project_iam_custom_role" {
  defaults = {
    name = "projects/ml-platform/roles/mocked"
  }
}

mock_resource "google_organization_iam_custom_role" {
  defaults = {
    name = "organizations/234567890123/roles/mocked"
  }
}

mock_resource "google_pubsub_topic" {
  defaults = {
    id = "projects/ml-platform/topics/mocked"
  }
}

mock_resource "google_pubsub_subscription" {
  defaults = {
    id = "projects/ml-platform/subscriptions/mocked"
  }
}
