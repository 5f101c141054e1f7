# What Cloud Build's two accounts may do, and who approves a rollout. Nothing of it without `delivery`.

locals {
  # Where each role is granted: here, where models are watched, and where custom roles live.
  organization = "organizations/${coalesce(var.scope.organization, "-")}"
  watched      = "projects/${coalesce(var.scope.project, "-")}"
  delivery_places = {
    here   = "projects/${var.project.id}"
    models = local.is_project ? local.watched : local.is_folder ? "folders/${var.scope.folder}" : local.organization
    roles  = local.is_project ? local.watched : local.organization
  }

  # Account => place => role => what for. The deployer cannot say who may do what, anywhere, nor what is watched:
  # grants, accounts, custom roles, APIs, sinks and Cloud Build's triggers change by a person's apply.
  delivery_roles = {
    planner = {
      here = {
        "roles/cloudbuild.builds.viewer"        = "the triggers"
        "roles/cloudfunctions.viewer"           = "the functions"
        "roles/cloudscheduler.viewer"           = "the sweep's job"
        "roles/datastore.backupSchedulesViewer" = "the schedule of backups"
        "roles/datastore.viewer"                = "databases and their fields; no smaller role reads both"
        "roles/eventarc.viewer"                 = "triggers of the Eventarc route"
        "roles/iam.roleViewer"                  = "custom roles of the databases"
        "roles/iam.securityReviewer"            = "who may do what"
        "roles/iam.serviceAccountViewer"        = "service accounts"
        "roles/logging.logWriter"               = "the build's own log"
        "roles/logging.viewer"                  = "log-based metrics; no smaller role reads them"
        "roles/monitoring.alertPolicyViewer"    = "alerts"
        "roles/monitoring.dashboardViewer"      = "the dashboard"
        "roles/pubsub.viewer"                   = "topics, subscriptions and the schema"
        "roles/run.viewer"                      = "the functions' services"
        "roles/serviceusage.serviceUsageViewer" = "which APIs are on"
      }
      models = {
        "roles/iam.securityReviewer" = "who may do what"
        "roles/logging.viewer"       = "sinks; no smaller role reads them"
      }
      roles = {
        (local.is_project ? "roles/iam.roleViewer" : "roles/iam.organizationRoleViewer") = "custom roles"
      }
    }
    deployer = {
      here = {
        "roles/cloudfunctions.developer"     = "the functions"
        "roles/cloudscheduler.admin"         = "the sweep's job"
        "roles/eventarc.developer"           = "triggers of the Eventarc route"
        "roles/logging.configWriter"         = "log-based metrics; no smaller role writes them"
        "roles/logging.logWriter"            = "the build's own log"
        "roles/monitoring.alertPolicyEditor" = "alerts"
        "roles/monitoring.dashboardEditor"   = "the dashboard"
        "roles/pubsub.editor"                = "topics, subscriptions and the schema, not who may use them"
      }
      models = {}
      roles  = {}
    }
  }
  delivery_grants = {
    for grant in distinct(flatten([
      for account in keys(local.delivery_accounts) : [
        for place, roles in local.delivery_roles[account] : [
          for role in keys(roles) : { account = account, place = local.delivery_places[place], role = role }
        ]
      ]
    ])) : "${grant.account} ${grant.place} ${grant.role}" => grant
  }

  # What can be granted on a single thing is. The bucket of the state is not ours: docs/deploy.md.
  delivery_buckets = var.delivery == null ? {} : {
    plans  = google_storage_bucket.plans[0].name
    source = google_storage_bucket.source.name
  }
  delivery_bucket_grants = {
    for grant in [
      ["planner", "plans", "roles/storage.legacyBucketReader"], # the bucket itself, as it is
      ["planner", "plans", "roles/storage.objectCreator"],      # saves, and cannot write over what it saved
      ["planner", "plans", "roles/storage.objectViewer"],       # whether a plan is there already
      ["planner", "source", "roles/storage.legacyBucketReader"],
      ["planner", "source", "roles/storage.objectViewer"], # the archives
      ["deployer", "plans", "roles/storage.objectViewer"], # what was approved, and cannot change it
      ["deployer", "source", "roles/storage.objectUser"],  # the archives
    ] : join(" ", grant) => { account = grant[0], bucket = grant[1], role = grant[2] } if var.delivery != null
  }
  delivery_dataset_grants = {
    for grant in concat(
      [["planner", "${var.project.id}.bqml_registrar", "roles/bigquery.metadataViewer"], ["deployer", "${var.project.id}.bqml_registrar", "roles/bigquery.dataEditor"]],
      [for dataset in coalesce(var.bigquery_datasets, []) : ["planner", dataset, "roles/bigquery.metadataViewer"]],
    ) : join(" ", grant) => { account = grant[0], dataset = grant[1], role = grant[2] } if var.delivery != null
  }
  delivery_acts_as = var.delivery == null ? {} : merge(local.function_accounts, {
    build   = local.build_account
    invoker = local.invoker_account
  })
}

# What the two need in a project.
resource "google_project_iam_member" "delivery" {
  for_each = { for key, grant in local.delivery_grants : key => grant if startswith(grant.place, "projects/") }

  project = trimprefix(each.value.place, "projects/")
  role    = each.value.role
  member  = local.delivery_members[each.value.account]
}

# The same on a folder whose projects are watched.
resource "google_folder_iam_member" "delivery" {
  for_each = { for key, grant in local.delivery_grants : key => grant if startswith(grant.place, "folders/") }

  folder = each.value.place
  role   = each.value.role
  member = local.delivery_members[each.value.account]
}

# The same on the organization: it owns the custom roles of a folder's scope too.
resource "google_organization_iam_member" "delivery" {
  for_each = { for key, grant in local.delivery_grants : key => grant if startswith(grant.place, "organizations/") }

  org_id = trimprefix(each.value.place, "organizations/")
  role   = each.value.role
  member = local.delivery_members[each.value.account]
}

# Plans and archives: the planner adds plans and reads the rest, the deployer reads plans and adds archives.
resource "google_storage_bucket_iam_member" "delivery" {
  for_each = local.delivery_bucket_grants

  bucket = local.delivery_buckets[each.value.bucket]
  role   = each.value.role
  member = local.delivery_members[each.value.account]
}

# The recorder's dataset, and those whose grants a plan compares.
resource "google_bigquery_dataset_iam_member" "delivery" {
  for_each = local.delivery_dataset_grants

  project    = regex("^(.*)\\.", each.value.dataset)[0]
  dataset_id = regex("[^.]*$", each.value.dataset)
  role       = each.value.role
  member     = local.delivery_members[each.value.account]

  depends_on = [google_bigquery_dataset.recorder]
}

# The repository that functions are built into is looked at by both.
resource "google_artifact_registry_repository_iam_member" "delivery" {
  for_each = local.delivery_accounts

  project    = var.project.id
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.reader"
  member     = local.delivery_members[each.key]
}

# Whoever deploys a function, a push or a trigger must be allowed to act as its account.
resource "google_service_account_iam_member" "deployer_acts_as" {
  for_each = local.delivery_acts_as

  service_account_id = "projects/${var.project.id}/serviceAccounts/${each.value}"
  role               = "roles/iam.serviceAccountUser"
  member             = local.delivery_members["deployer"]
}

# Who may approve a rollout, and read in the build's log what.
resource "google_project_iam_member" "approvers" {
  for_each = {
    for pair in setproduct(var.delivery == null ? [] : var.delivery.approvers, ["roles/cloudbuild.builds.approver", "roles/logging.viewer"]) :
    join(" ", pair) => { member = pair[0], role = pair[1] }
  }

  project = var.project.id
  role    = each.value.role
  member  = each.value.member
}
