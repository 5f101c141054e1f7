locals {
  services = toset([
    "aiplatform.googleapis.com", # the calls of the functions count against this project
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "eventarc.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
  ])
}

# The APIs that the rollout itself needs; a destroy leaves them on, since others may use them by then.
resource "google_project_service" "required" {
  for_each = local.services

  project            = var.project.id
  service            = each.key
  disable_on_destroy = false
}
