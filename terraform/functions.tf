# One map says all that differs between the functions. They are declared with functions-framework's
# HTTP signature and woken by subscriptions of our own, so none has an event trigger.

locals {
  # Less than the function's time, with room for a call that is under way and the last messages.
  reserve_seconds = 60

  functions = {
    register_model = {
      name        = "bqml-register-model"
      account     = "bqml-registrar"
      description = "Registers BigQuery ML models in the Vertex AI Model Registry as the label policy says."
      service     = var.functions.register_model
      environment = {
        DELETION_TOPIC = google_pubsub_topic.inbox["deletion-requests"].id
      }
    }
    cleanup_endpoints = {
      name        = "bqml-cleanup-endpoints"
      account     = "bqml-cleaner"
      description = "Undeploys a BigQuery ML model everywhere before it is deleted."
      service     = var.functions.cleanup_endpoints
      environment = {
        DELETION_TOPIC = google_pubsub_topic.inbox["deletion-requests"].id
      }
    }
    reconcile = {
      name        = "bqml-reconcile"
      account     = "bqml-reconciler"
      description = "Compares all models with policy and registry, and mends what events missed."
      service     = var.functions.reconcile
      environment = {
        DELETION_TOPIC     = google_pubsub_topic.inbox["deletion-requests"].id
        RECONCILE_TOPIC    = google_pubsub_topic.inbox["reconcile"].id
        RECONCILE_PROJECTS = join(",", sort(local.swept_projects))
      }
    }
  }

  # What each function's environment has beside its own.
  environment = {
    for key, function in local.functions : key => {
      GOOGLE_CLOUD_PROJECT = var.project.id
      EVENTS_TOPIC         = google_pubsub_topic.events.id
      EVENT_PREFIX         = var.event_prefix
      DEAD_LETTER_TOPIC    = google_pubsub_topic.dead_letters[key].id
      DELIVERY_SECONDS     = tostring(function.service.timeout_seconds - local.reserve_seconds)
      DRY_RUN              = tostring(var.dry_run)
      WORKERS              = "1"
      THREADS              = tostring(function.service.concurrency)
    }
  }
}

# The code: each function's own archive, built by its own account into our repository.
resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  project     = var.project.id
  location    = var.region
  name        = each.value.name
  description = each.value.description
  labels      = var.labels

  build_config {
    runtime           = var.runtime
    entry_point       = each.key
    docker_repository = google_artifact_registry_repository.images.id
    service_account   = google_service_account.build.name

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.archive[each.key].name
      }
    }
    automatic_update_policy {}
  }

  service_config {
    available_memory                 = each.value.service.memory
    available_cpu                    = tostring(each.value.service.cpu)
    max_instance_request_concurrency = each.value.service.concurrency
    timeout_seconds                  = each.value.service.timeout_seconds
    min_instance_count               = each.value.service.min_instances
    max_instance_count               = each.value.service.max_instances
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision   = true
    service_account_email            = google_service_account.function[each.key].email
    environment_variables            = merge(local.environment[each.key], each.value.environment)
  }

  # A build that may not read its source, or log, fails the first rollout.
  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build,
    google_project_service.required,
    google_storage_bucket_iam_member.build,
  ]

  lifecycle {
    precondition {
      condition     = var.scope.project != null || length(var.reconcile.projects) > 0
      error_message = "With the scope of a folder or an organization, reconcile.projects names the projects to sweep, such as { projects = [\"analytics-prod\"] }."
    }
  }
}
