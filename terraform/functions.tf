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
        DELETION_TOPIC = local.topics["deletion-requests"]
      }
    }
    cleanup_endpoints = {
      name        = "bqml-cleanup-endpoints"
      account     = "bqml-cleaner"
      description = "Undeploys a BigQuery ML model everywhere before it is deleted."
      service     = var.functions.cleanup_endpoints
      environment = {
        DELETION_TOPIC = local.topics["deletion-requests"]
      }
    }
    reconcile = {
      name        = "bqml-reconcile"
      account     = "bqml-reconciler"
      description = "Compares all models with policy and registry, and mends what events missed."
      service     = var.functions.reconcile
      environment = {
        DELETION_TOPIC     = local.topics["deletion-requests"]
        RECONCILE_TOPIC    = local.topics["reconcile"]
        RECONCILE_PROJECTS = join(",", sort(local.swept_projects))
        SWEEP_ORIGIN_DAYS  = tostring(var.reconcile.origin_days)
      }
    }
  }

  # What each function's environment has beside its own.
  environment = {
    for key, function in local.functions : key => {
      GOOGLE_CLOUD_PROJECT = var.project.id
      EVENTS_TOPIC         = local.events_topic
      EVENT_PREFIX         = var.event_prefix
      DEAD_LETTER_TOPIC    = local.dead_letter_topics[key]
      DELIVERY_SECONDS     = tostring(function.service.timeout_seconds - local.reserve_seconds)
      DRY_RUN              = tostring(var.dry_run)
      REGISTRY_DATABASE    = google_firestore_database.store["registry"].name
      CLEANUP_DATABASE     = google_firestore_database.store["cleanup"].name
      WORKERS              = "1"
      THREADS              = tostring(function.service.concurrency)
    }
  }
}

# Waits until what a build may do holds everywhere: of others' builds that began at once half could not read
# their source. https://github.com/hashicorp/terraform-provider-google/issues/20571
resource "terraform_data" "build_grants_hold" {
  count = var.settle_seconds == 0 ? 0 : 1

  triggers_replace = [
    google_artifact_registry_repository_iam_member.build.id,
    google_project_iam_member.build.id,
    google_project_iam_member.build_source.id,
    google_storage_bucket_iam_member.build.id,
  ]

  provisioner "local-exec" {
    command = "sleep ${var.settle_seconds}"
  }

  depends_on = [google_project_service.required]
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
    docker_repository = "projects/${var.project.id}/locations/${google_artifact_registry_repository.images.location}/repositories/${google_artifact_registry_repository.images.repository_id}"
    service_account   = "projects/${var.project.id}/serviceAccounts/${local.build_account}"

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
    service_account_email            = local.function_accounts[each.key]
    environment_variables            = merge(local.environment[each.key], each.value.environment)
  }

  # Events of the first minute are recorded too.
  depends_on = [module.recorder, terraform_data.build_grants_hold]

  lifecycle {
    precondition {
      condition     = var.scope.project != null || length(var.reconcile.projects) > 0
      error_message = "With the scope of a folder or an organization, reconcile.projects names the projects to sweep, such as { projects = [\"analytics-prod\"] }."
    }
  }
}
