# Every identity, role and grant of the rollout. modules/subscriber has those of its own subscription.

locals {
  # What each function's calls need, and nothing else: tests/terraform/test_permissions.py compares
  # both ways with the calls that the local cloud sees. `data` can be granted on single datasets;
  # `project` on a project, a folder or the organization. Sources: tools/terraform/permissions.py.
  permissions = {
    register_model = {
      data = [
        "bigquery.datasets.get",          # datasets.get: location, labels
        "bigquery.models.getMetadata",    # models.get
        "bigquery.models.updateMetadata", # models.patch: registration, our labels
      ]
      project = [
        "aiplatform.models.get",    # GetModel
        "aiplatform.models.list",   # ListModelVersions
        "aiplatform.models.update", # UpdateModel, MergeVersionAliases
        "aiplatform.models.upload", # models.patch that registers: BigQuery asks for the caller's
        "bigquery.jobs.get",        # jobs.get of the job that the event names, another's
        "bigquery.jobs.listAll",    # jobs.list: the job that made the model, anybody's
      ]
    }
    cleanup_endpoints = {
      data = [
        "bigquery.datasets.get",       # datasets.get: labels
        "bigquery.models.delete",      # models.delete
        "bigquery.models.getMetadata", # models.get
      ]
      project = [
        "aiplatform.endpoints.delete",   # DeleteEndpoint, where a rule has emptied ones deleted
        "aiplatform.endpoints.get",      # GetEndpoint; GetOperation of what is under way there
        "aiplatform.endpoints.undeploy", # UndeployModel
        "aiplatform.endpoints.update",   # UpdateEndpoint: the traffic
        "aiplatform.models.delete",      # models.delete of a registered model: its version goes along
        "aiplatform.models.get",         # GetModel
        "aiplatform.models.list",        # ListModelVersions
        "bigquery.jobs.get",             # jobs.get of a refused DROP, another's
        "bigquery.jobs.listAll",         # jobs.list: labels of the job that made the model
      ]
    }
    reconcile = {
      data = [
        "bigquery.datasets.get",          # datasets.list, datasets.get
        "bigquery.models.getMetadata",    # models.get
        "bigquery.models.list",           # models.list
        "bigquery.models.updateMetadata", # models.patch: registration, our labels
      ]
      project = [
        "aiplatform.models.get",    # GetModel
        "aiplatform.models.list",   # ListModels, ListModelVersions
        "aiplatform.models.update", # UpdateModel, MergeVersionAliases
        "aiplatform.models.upload", # models.patch that registers: BigQuery asks for the caller's
        "bigquery.jobs.listAll",    # jobs.list: the job that made the model, anybody's
      ]
    }
  }

  # Where each function publishes; "dead-letters" is its own topic of them.
  publishes = {
    register_model    = ["dead-letters", "deletion-requests", "events"]
    cleanup_endpoints = ["dead-letters", "deletion-requests", "events"]
    reconcile         = ["dead-letters", "deletion-requests", "events", "reconcile"]
  }
}

locals {
  # Of the project that everything is made in.
  pubsub_agent = "serviceAccount:service-${var.project.number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  # Two roles a function: what can be granted on a single dataset, and the rest.
  custom_roles = merge([
    for function, permissions in local.permissions : {
      "${function}/data" = {
        role_id     = "${local.role_names[function]}Data${local.role_suffix}"
        title       = "${local.functions[function].name}: BigQuery ML models"
        permissions = permissions.data
      }
      "${function}/project" = {
        role_id     = "${local.role_names[function]}Project${local.role_suffix}"
        title       = "${local.functions[function].name}: jobs and Vertex AI"
        permissions = permissions.project
      }
    }
  ]...)

  # A role's id has no hyphen.
  role_suffix = title(var.suffix)

  role_names = {
    register_model    = "bqmlRegistrar"
    cleanup_endpoints = "bqmlCleaner"
    reconcile         = "bqmlReconciler"
  }

  # Full names, known before anything is made: a plan shows who gets what.
  roles = merge(
    { for key, role in google_project_iam_custom_role.function : key => "projects/${role.project}/roles/${role.role_id}" },
    { for key, role in google_organization_iam_custom_role.function : key => "organizations/${role.org_id}/roles/${role.role_id}" },
  )

  function_accounts = { for key, account in google_service_account.function : key => "${account.account_id}@${account.project}.iam.gserviceaccount.com" }
  build_account     = "${google_service_account.build.account_id}@${google_service_account.build.project}.iam.gserviceaccount.com"
  invoker_account   = "${google_service_account.invoker.account_id}@${google_service_account.invoker.project}.iam.gserviceaccount.com"

  # What is granted on all of `scope`; on single datasets if some are named.
  scope_grants = toset([
    for key in keys(local.custom_roles) : key if !(endswith(key, "/data") && var.bigquery_datasets != null)
  ])
  dataset_grants = merge([
    for dataset in coalesce(var.bigquery_datasets, []) : {
      for key in keys(local.custom_roles) : "${key} ${dataset}" => { role = key, dataset = dataset } if endswith(key, "/data")
    }
  ]...)

  topic_grants = merge([
    for function, topics in local.publishes : {
      for topic in topics : "${function} ${topic}" => {
        function = function
        topic    = merge(local.inbox_names, { events = google_pubsub_topic.events.name, dead-letters = google_pubsub_topic.dead_letters[function].name })[topic]
      }
    }
  ]...)
  inbox_names = { for key, topic in google_pubsub_topic.inbox : key => topic.name }
}

## Identities

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

## What the functions may do

# The calls of each function, where one project is watched.
resource "google_project_iam_custom_role" "function" {
  for_each = local.is_project ? local.custom_roles : {}

  project     = var.scope.project
  role_id     = each.value.role_id
  title       = each.value.title
  description = "Just what the calls of this function need."
  permissions = each.value.permissions

  depends_on = [google_project_service.required]
}

# The same for a folder or an organization: a folder owns no roles, and a project's cannot be granted elsewhere.
resource "google_organization_iam_custom_role" "function" {
  for_each = local.is_project ? {} : local.custom_roles

  org_id      = var.scope.organization
  role_id     = each.value.role_id
  title       = each.value.title
  description = "Just what the calls of this function need."
  permissions = each.value.permissions

  depends_on = [google_project_service.required]
}

# Grants in the project that is watched.
resource "google_project_iam_member" "function" {
  for_each = local.is_project ? local.scope_grants : []

  project = var.scope.project
  role    = local.roles[each.key]
  member  = "serviceAccount:${local.function_accounts[split("/", each.key)[0]]}"
}

# Grants on the folder, for all projects below it.
resource "google_folder_iam_member" "function" {
  for_each = local.is_folder ? local.scope_grants : []

  folder = "folders/${var.scope.folder}"
  role   = local.roles[each.key]
  member = "serviceAccount:${local.function_accounts[split("/", each.key)[0]]}"
}

# Grants on the organization, for all its projects.
resource "google_organization_iam_member" "function" {
  for_each = local.is_organization ? local.scope_grants : []

  org_id = var.scope.organization
  role   = local.roles[each.key]
  member = "serviceAccount:${local.function_accounts[split("/", each.key)[0]]}"
}

# Grants on single datasets, where `bigquery_datasets` names them.
resource "google_bigquery_dataset_iam_member" "function" {
  for_each = local.dataset_grants

  project    = regex("^(.*)\\.", each.value.dataset)[0]
  dataset_id = regex("[^.]*$", each.value.dataset)
  role       = local.roles[each.value.role]
  member     = "serviceAccount:${local.function_accounts[split("/", each.value.role)[0]]}"

  lifecycle {
    precondition {
      condition     = !local.is_project || startswith(each.value.dataset, "${coalesce(var.scope.project, "-")}.")
      error_message = "${each.value.dataset} is not in scope.project: the custom roles are that project's, and cannot be granted elsewhere. Use the scope of a folder or an organization."
    }
  }
}

# What each function publishes to.
resource "google_pubsub_topic_iam_member" "function" {
  for_each = local.topic_grants

  project = var.project.id
  topic   = each.value.topic
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:${local.function_accounts[each.value.function]}"
}

## Events in

# Lets the sinks write to their topics.
resource "google_pubsub_topic_iam_member" "sink" {
  for_each = local.sinks

  project = var.project.id
  topic   = google_pubsub_topic.inbox[each.key].name
  role    = "roles/pubsub.publisher"
  member  = local.sink_writers[each.key]
}

# Lets the invoker, and nobody else, call the functions.
resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = google_cloudfunctions2_function.function

  project  = var.project.id
  location = var.region
  name     = basename(each.value.id) # not known while the function is replaced: its service, and so this, is made anew
  role     = "roles/run.invoker"
  member   = "serviceAccount:${local.invoker_account}"
}

# Lets Pub/Sub make the invoker's identity tokens.
resource "google_service_account_iam_member" "pubsub_token_creator" {
  service_account_id = "projects/${var.project.id}/serviceAccounts/${local.invoker_account}"
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent
}

# Lets the triggers of the Eventarc route receive events.
resource "google_project_iam_member" "event_receiver" {
  count = var.event_route == "eventarc" ? 1 : 0

  project = var.project.id
  role    = "roles/eventarc.eventReceiver"
  member  = "serviceAccount:${local.invoker_account}"
}

# Lets Pub/Sub put what cannot be delivered on the dead-letter topics.
resource "google_pubsub_topic_iam_member" "dead_lettering" {
  for_each = google_pubsub_topic.dead_letters

  project = var.project.id
  topic   = each.value.name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

# Lets Pub/Sub take it out of the subscriptions.
resource "google_pubsub_subscription_iam_member" "dead_lettering" {
  for_each = google_pubsub_subscription.inbox

  project      = var.project.id
  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

## Build

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

## Delivery: Cloud Build's two accounts, only with `delivery`

locals {
  delivery_accounts = var.delivery == null ? {} : {
    planner  = "Reads what is there and saves a plan. Changes nothing."
    deployer = "Applies an approved plan. Changes no grant."
  }
  delivery_emails  = { for key, account in google_service_account.delivery : key => "${account.account_id}@${account.project}.iam.gserviceaccount.com" }
  delivery_members = { for key, email in local.delivery_emails : key => "serviceAccount:${email}" }

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
        "roles/eventarc.viewer"                 = "triggers of the Eventarc route"
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

# One plans and one applies: what runs before the approval can change nothing.
resource "google_service_account" "delivery" {
  for_each = local.delivery_accounts

  project      = var.project.id
  account_id   = "bqml-${each.key}"
  display_name = "bqml-registrar: ${each.key}"
  description  = each.value

  depends_on = [google_project_service.required]
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

## People

# Who may look at the functions' dead letters and take them away.
resource "google_pubsub_subscription_iam_member" "readers" {
  for_each = { for pair in setproduct(keys(local.dead_letter_names), var.readers) : join(" ", pair) => pair }

  project      = var.project.id
  subscription = google_pubsub_subscription.dead_letters[each.value[0]].name
  role         = "roles/pubsub.subscriber"
  member       = each.value[1]
}

# Who may query the recorded events.
resource "google_bigquery_table_iam_member" "readers" {
  for_each = var.readers

  project    = var.project.id
  dataset_id = google_bigquery_dataset.recorder.dataset_id
  table_id   = google_bigquery_table.events.table_id
  role       = "roles/bigquery.dataViewer"
  member     = each.key
}
