# BigQuery's audit log, narrowed to what is about a model: through Log Router sinks, or, for changes of
# one project's models, through Eventarc. The filters are the very texts that the local cloud evaluates.

locals {
  # Of refused deletes Eventarc could only tell with a trigger on every job: they keep their sink.
  sinks = { for inbox, function in local.inboxes : inbox => file("${path.module}/filters/${replace(inbox, "-", "_")}.txt")
  if contains(["model-changes", "refused-deletes"], inbox) }

  sink_writers = merge(
    { for inbox, sink in google_logging_project_sink.events : inbox => sink.writer_identity },
    { for inbox, sink in google_logging_folder_sink.events : inbox => sink.writer_identity },
    { for inbox, sink in google_logging_organization_sink.events : inbox => sink.writer_identity },
  )

  sink_suffix = var.suffix == "" ? "" : "-${var.suffix}"

  is_project      = var.scope.project != null
  is_folder       = var.scope.folder != null
  is_organization = var.scope.organization != null && var.scope.folder == null

  swept_projects = length(var.reconcile.projects) > 0 ? var.reconcile.projects : toset(compact([var.scope.project]))

  # A trigger takes one method.
  eventarc_methods = var.event_route == "eventarc" ? {
    insert-job   = "google.cloud.bigquery.v2.JobService.InsertJob"
    query        = "google.cloud.bigquery.v2.JobService.Query"
    patch-model  = "google.cloud.bigquery.v2.ModelService.PatchModel"
    delete-model = "google.cloud.bigquery.v2.ModelService.DeleteModel"
  } : {}
}

# The log of one project.
resource "google_logging_project_sink" "events" {
  for_each = local.is_project ? local.sinks : {}

  project                = var.scope.project
  name                   = "bqml-${each.key}${local.sink_suffix}"
  description            = "What bqml-registrar wakes for."
  destination            = "pubsub.googleapis.com/${local.topics[each.key]}"
  filter                 = each.value
  unique_writer_identity = true

  # What a topic without a subscription gets is lost.
  depends_on = [google_pubsub_subscription.inbox]
}

# The logs of all projects below a folder.
resource "google_logging_folder_sink" "events" {
  for_each = local.is_folder ? local.sinks : {}

  folder           = var.scope.folder
  name             = "bqml-${each.key}${local.sink_suffix}"
  description      = "What bqml-registrar wakes for."
  destination      = "pubsub.googleapis.com/${local.topics[each.key]}"
  filter           = each.value
  include_children = true

  depends_on = [google_pubsub_subscription.inbox]
}

# The logs of all projects of an organization.
resource "google_logging_organization_sink" "events" {
  for_each = local.is_organization ? local.sinks : {}

  org_id           = var.scope.organization
  name             = "bqml-${each.key}${local.sink_suffix}"
  description      = "What bqml-registrar wakes for."
  destination      = "pubsub.googleapis.com/${local.topics[each.key]}"
  filter           = each.value
  include_children = true

  depends_on = [google_pubsub_subscription.inbox]
}

# The other route: a trigger for each method that changes models. Global, as entries about models name
# no location; the path pattern keeps all jobs but those about models away.
resource "google_eventarc_trigger" "model_changes" {
  for_each = local.eventarc_methods

  project                 = var.project.id
  location                = "global"
  name                    = "bqml-${each.key}"
  labels                  = var.labels
  service_account         = local.invoker_account
  event_data_content_type = "application/json"

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.audit.log.v1.written"
  }
  matching_criteria {
    attribute = "serviceName"
    value     = "bigquery.googleapis.com"
  }
  matching_criteria {
    attribute = "methodName"
    value     = each.value
  }
  matching_criteria {
    attribute = "resourceName"
    value     = "/projects/*/datasets/*/models/*"
    operator  = "match-path-pattern"
  }

  destination {
    cloud_run_service {
      region  = var.region
      service = google_cloudfunctions2_function.function["register_model"].name
    }
  }

  depends_on = [
    google_cloud_run_v2_service_iam_member.invoker,
    google_project_iam_member.event_receiver,
  ]

  lifecycle {
    precondition {
      condition     = var.scope.project == var.project.id
      error_message = "Eventarc hears the log of its own project only: event_route = \"eventarc\" needs scope = { project = \"${var.project.id}\" }. Use \"sink\" for anything else."
    }
  }
}
