# The functions' archives: text files, named after their content, so that only a function whose files
# changed is deployed anew. Policy and schemas are among the files: they roll out with the code.

module "source_map" {
  source = "./modules/source_map"

  repository  = abspath("${path.module}/..")
  policy_file = var.policy_file
}

data "archive_file" "function" {
  for_each = module.source_map.files

  type             = "zip"
  output_path      = "${path.module}/.build/${each.key}-${module.source_map.digests[each.key]}.zip"
  output_file_mode = "0644"

  dynamic "source" {
    for_each = each.value

    content {
      filename = source.key
      content  = file(source.value)
    }
  }
}

# Where the archives lie; ours alone, so that a destroy takes them along.
resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:the audit log tells who reads and writes
  #checkov:skip=CKV_GCP_78:an archive is named after its content and never overwritten

  project                     = var.project.id
  name                        = "${var.project.id}-bqml-registrar-source"
  location                    = var.region
  labels                      = var.labels
  force_destroy               = true
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  depends_on = [google_project_service.required]
}

# One archive a function.
resource "google_storage_bucket_object" "archive" {
  for_each = data.archive_file.function

  bucket = google_storage_bucket.source.name
  name   = basename(each.value.output_path)
  source = each.value.output_path
}

# Where the functions' images are kept: without it Cloud Functions makes a repository that stays behind.
resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:Google encrypts with keys of its own; an organization that wants others sets them as its default

  project       = var.project.id
  location      = var.region
  repository_id = "bqml-registrar"
  description   = "Images of bqml-registrar's functions."
  format        = "DOCKER"
  labels        = var.labels

  # A rollback is a new build of the older code, so older images are of no use.
  cleanup_policies {
    id     = "keep-latest"
    action = "KEEP"

    most_recent_versions {
      keep_count = 3
    }
  }
  cleanup_policies {
    id     = "delete-older"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.required]
}
