# What the build of a function's image may do.

# Lets builds write their log.
resource "google_project_iam_member" "build" {
  project = var.project.id
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${local.build_account}"
}

# Lets builds read the archives, where Cloud Functions takes them from our bucket.
resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${local.build_account}"
}

# Lets builds read the copy of the archive that Cloud Functions makes in a bucket of its own.
resource "google_project_iam_member" "build_source" {
  project = var.project.id
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:${local.build_account}"

  condition {
    title       = "sources of Cloud Functions"
    description = "Only the bucket into which Cloud Functions copies what it builds."
    expression  = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${var.project.number}-\")"
  }
}

# Lets builds keep images in our repository.
resource "google_artifact_registry_repository_iam_member" "build" {
  project    = var.project.id
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.build_account}"
}
