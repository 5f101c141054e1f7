# Cloud Build rolls this out from a repository, with `delivery`: of every push to the branch one build
# saves a plan (cloudbuild.yaml), and another waits for an approval and applies that very plan
# (cloudbuild.apply.yaml). The first rollout is a person's: it makes these triggers.

locals {
  # The files that a rollout reads: a push that changes none of them is not rolled out.
  delivery_files = ["cloudbuild*.yaml", "docs/operations.md", "functions/**", "policy.yaml", "requirements.txt", "schemas/**", "shared/**", "terraform/**"]

  delivery_included = var.delivery == null ? [] : distinct(concat(local.delivery_files, ["${var.delivery.root}/**"]))

  # A trigger lives where its repository is connected.
  delivery_location = var.delivery == null ? null : split("/", var.delivery.repository)[3]

  # One set for both builds. Assumed: substitutions that a build does not use are no fault in a trigger.
  delivery_substitutions = var.delivery == null ? {} : {
    _ROOT         = var.delivery.root
    _VARIABLES    = var.delivery.variables_file
    _STATE_BUCKET = var.delivery.state_bucket
    _STATE_PREFIX = var.delivery.state_prefix
    _ARTIFACTS    = google_storage_bucket.plans[0].name
  }
}

# Keeps saved plans, with the archives that they name, until they are too old to be applied.
resource "google_storage_bucket" "plans" {
  #checkov:skip=CKV_GCP_62:the audit log tells who reads and writes
  #checkov:skip=CKV_GCP_78:a plan lies under its commit and is never overwritten

  count = var.delivery == null ? 0 : 1

  project                     = var.project.id
  name                        = "${var.project.id}-bqml-registrar-plans"
  location                    = var.region
  labels                      = var.labels
  force_destroy               = true
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 30
    }
  }

  depends_on = [google_project_service.required]
}

# Checks every push to the branch and saves its plan, as an account that may only read.
resource "google_cloudbuild_trigger" "plan" {
  count = var.delivery == null ? 0 : 1

  project         = var.project.id
  location        = local.delivery_location
  name            = "bqml-registrar-plan"
  description     = "Checks the commit and saves its plan."
  filename        = "cloudbuild.yaml"
  included_files  = local.delivery_included
  service_account = "projects/${var.project.id}/serviceAccounts/${local.delivery_emails["planner"]}"
  substitutions   = local.delivery_substitutions

  repository_event_config {
    repository = var.delivery.repository

    push {
      branch = var.delivery.branch
    }
  }

  lifecycle {
    precondition {
      condition     = startswith(var.delivery.repository, "projects/${var.project.id}/")
      error_message = "delivery.repository is connected in another project: triggers are made in ${var.project.id}, where the repository must be connected too."
    }
  }
}

# Applies the plan of the same push; Cloud Build holds the build until somebody approved it.
resource "google_cloudbuild_trigger" "apply" {
  count = var.delivery == null ? 0 : 1

  project         = var.project.id
  location        = local.delivery_location
  name            = "bqml-registrar-apply"
  description     = "Applies the saved plan of the commit, once approved."
  filename        = "cloudbuild.apply.yaml"
  included_files  = local.delivery_included
  service_account = "projects/${var.project.id}/serviceAccounts/${local.delivery_emails["deployer"]}"
  substitutions   = local.delivery_substitutions

  approval_config {
    approval_required = true
  }

  repository_event_config {
    repository = var.delivery.repository

    push {
      branch = var.delivery.branch
    }
  }
}
