# What the functions may do: their roles on what is watched, and the topics that they publish to.

locals {
  # What is granted on all of `scope`; on single datasets if some are named.
  scope_grants = toset([
    for key in keys(local.custom_roles) : key if !(endswith(key, "/data") && var.bigquery_datasets != null)
  ])
  dataset_grants = merge([
    for dataset in coalesce(var.bigquery_datasets, []) : {
      for key in keys(local.custom_roles) : "${key} ${dataset}" => { role = key, dataset = dataset } if endswith(key, "/data")
    }
  ]...)

  # Where each function publishes; "dead-letters" is its own topic of them.
  publishes = {
    register_model    = ["dead-letters", "deletion-requests", "events"]
    cleanup_endpoints = ["dead-letters", "deletion-requests", "events"]
    reconcile         = ["dead-letters", "deletion-requests", "events", "reconcile"]
  }
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
