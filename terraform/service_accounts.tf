# The accounts that functions, pushes and builds run as. What each may do: iam_*.tf.

locals {
  function_accounts = { for key, account in google_service_account.function : key => "${account.account_id}@${account.project}.iam.gserviceaccount.com" }
  build_account     = "${google_service_account.build.account_id}@${google_service_account.build.project}.iam.gserviceaccount.com"
  invoker_account   = "${google_service_account.invoker.account_id}@${google_service_account.invoker.project}.iam.gserviceaccount.com"

  # Cloud Build's two, only with `delivery`.
  delivery_accounts = var.delivery == null ? {} : {
    planner  = "Reads what is there and saves a plan. Changes nothing."
    deployer = "Applies an approved plan. Changes no grant."
  }
  delivery_emails  = { for key, account in google_service_account.delivery : key => "${account.account_id}@${account.project}.iam.gserviceaccount.com" }
  delivery_members = { for key, email in local.delivery_emails : key => "serviceAccount:${email}" }
}

# Each function runs as an account of its own.
resource "google_service_account" "function" {
  for_each = local.functions

  project      = var.project.id
  account_id   = each.value.account
  display_name = each.value.name
  description  = each.value.description

  depends_on = [google_project_service.required]
}

# Whom Pub/Sub and Eventarc call the functions as.
resource "google_service_account" "invoker" {
  project      = var.project.id
  account_id   = "bqml-invoker"
  display_name = "bqml-registrar: push"
  description  = "Calls the functions, and may do nothing else."

  depends_on = [google_project_service.required]
}

# Builds the functions' images.
resource "google_service_account" "build" {
  project      = var.project.id
  account_id   = "bqml-build"
  display_name = "bqml-registrar: build"
  description  = "Builds the functions' images, and may do nothing else."

  depends_on = [google_project_service.required]
}

# One plans and one applies: what runs before the approval can change nothing.
resource "google_service_account" "delivery" {
  for_each = local.delivery_accounts

  project      = var.project.id
  account_id   = "bqml-${each.key}"
  display_name = "bqml-registrar: ${each.key}"
  description  = each.value

  depends_on = [google_project_service.required]
}
