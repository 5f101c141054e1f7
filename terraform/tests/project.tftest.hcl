# The rollout for one project, with the sink.

mock_provider "google" {
  source = "./tests/mocks"
}

# Each with an address of its own, so that a wrong one is seen.
override_resource {
  target = google_cloudfunctions2_function.function["register_model"]
  values = {
    id             = "projects/ml-platform/locations/us-central1/functions/bqml-register-model"
    service_config = { uri = "https://register-abcdefghij-uc.a.run.app" }
  }
}
override_resource {
  target = google_cloudfunctions2_function.function["cleanup_endpoints"]
  values = {
    id             = "projects/ml-platform/locations/us-central1/functions/bqml-cleanup-endpoints"
    service_config = { uri = "https://cleanup-abcdefghij-uc.a.run.app" }
  }
}
override_resource {
  target = google_cloudfunctions2_function.function["reconcile"]
  values = {
    id             = "projects/ml-platform/locations/us-central1/functions/bqml-reconcile"
    service_config = { uri = "https://reconcile-abcdefghij-uc.a.run.app" }
  }
}
override_resource {
  target = google_logging_project_sink.events["model-changes"]
  values = { writer_identity = "serviceAccount:model-changes@gcp-sa-logging.iam.gserviceaccount.com" }
}
override_resource {
  target = google_logging_project_sink.events["refused-deletes"]
  values = { writer_identity = "serviceAccount:refused-deletes@gcp-sa-logging.iam.gserviceaccount.com" }
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
}

run "three_functions_are_served_as_the_benchmark_serves_them" {
  assert {
    condition = { for key, function in google_cloudfunctions2_function.function : key => function.name } == {
      register_model    = "bqml-register-model"
      cleanup_endpoints = "bqml-cleanup-endpoints"
      reconcile         = "bqml-reconcile"
    }
    error_message = "The functions are others."
  }
  assert {
    condition = alltrue([
      for key, function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["THREADS"] == tostring(function.service_config[0].max_instance_request_concurrency)
      && function.service_config[0].environment_variables["WORKERS"] == "1"
      && function.service_config[0].available_cpu == "1"
      && function.build_config[0].entry_point == key
      && function.build_config[0].runtime == "python313"
    ])
    error_message = "Threads do not equal the concurrency, or a function has less than a cpu, or another entry point."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["register_model"].service_config[0].max_instance_request_concurrency == 16
    error_message = "register_model takes another number of deliveries at a time than what was measured."
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      tonumber(function.service_config[0].environment_variables["DELIVERY_SECONDS"]) < function.service_config[0].timeout_seconds
      && function.service_config[0].timeout_seconds <= google_pubsub_subscription.inbox["reconcile"].ack_deadline_seconds
    ])
    error_message = "A delivery must end before the function's time, and that before Pub/Sub delivers again."
  }
}

run "nobody_from_outside_reaches_a_function" {
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function : function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    ])
    error_message = "A function can be reached from outside."
  }
  assert {
    condition = alltrue([
      for grant in google_cloud_run_v2_service_iam_member.invoker :
      grant.role == "roles/run.invoker" && grant.member == "serviceAccount:bqml-invoker@ml-platform.iam.gserviceaccount.com" && grant.location == "us-central1"
    ])
    error_message = "Somebody but the invoker may call a function."
  }
  assert {
    condition     = toset([for grant in google_cloud_run_v2_service_iam_member.invoker : grant.name]) == toset(["bqml-register-model", "bqml-cleanup-endpoints", "bqml-reconcile"])
    error_message = "The invoker may not call a function."
  }
}

run "each_inbox_pushes_to_the_run_app_address_of_its_function" {
  assert {
    condition = { for key, subscription in google_pubsub_subscription.inbox : key => subscription.name } == {
      deletion-requests = "bqml-deletion-requests"
      model-changes     = "bqml-model-changes"
      reconcile         = "bqml-reconcile"
      refused-deletes   = "bqml-refused-deletes"
    }
    error_message = "The inboxes are others."
  }
  assert {
    condition = { for key, subscription in google_pubsub_subscription.inbox : key => subscription.push_config[0].push_endpoint } == {
      deletion-requests = "https://cleanup-abcdefghij-uc.a.run.app"
      model-changes     = "https://register-abcdefghij-uc.a.run.app"
      reconcile         = "https://reconcile-abcdefghij-uc.a.run.app"
      refused-deletes   = "https://cleanup-abcdefghij-uc.a.run.app"
    }
    error_message = "A push goes to another function."
  }
  assert {
    condition = alltrue([
      for key, subscription in google_pubsub_subscription.inbox :
      subscription.push_config[0].oidc_token[0].audience == subscription.push_config[0].push_endpoint
      && subscription.push_config[0].oidc_token[0].service_account_email == "bqml-invoker@ml-platform.iam.gserviceaccount.com"
      && length(subscription.push_config[0].no_wrapper) == 0
    ])
    error_message = "A push is for another audience, as somebody else, or unwrapped."
  }
  assert {
    condition = alltrue([
      for subscription in google_pubsub_subscription.inbox :
      subscription.ack_deadline_seconds == 600
      && subscription.retry_policy[0].minimum_backoff == "10s"
      && subscription.retry_policy[0].maximum_backoff == "600s"
      && subscription.expiration_policy[0].ttl == ""
    ])
    error_message = "A delivery is given less time, or repeated without backoff, or a subscription may expire."
  }
}

run "what_cannot_be_delivered_is_kept_per_function" {
  assert {
    condition = alltrue([
      for key, subscription in google_pubsub_subscription.inbox :
      subscription.dead_letter_policy[0].max_delivery_attempts == 100
    ])
    error_message = "A subscription gives up too early."
  }
  assert {
    condition = toset([for grant in google_pubsub_topic_iam_member.dead_lettering : "${grant.topic} ${grant.role} ${grant.member}"]) == toset([
      for name in ["bqml-registrar-dead-letters", "bqml-cleanup-dead-letters", "bqml-reconcile-dead-letters"] :
      "${name} roles/pubsub.publisher serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    ])
    error_message = "Pub/Sub may not publish to a dead-letter topic."
  }
  assert {
    condition = toset([for grant in google_pubsub_subscription_iam_member.dead_lettering : "${grant.subscription} ${grant.role}"]) == toset([
      for name in ["bqml-deletion-requests", "bqml-model-changes", "bqml-reconcile", "bqml-refused-deletes"] : "${name} roles/pubsub.subscriber"
    ])
    error_message = "Pub/Sub may not take a dead letter out of its subscription."
  }
  assert {
    condition = alltrue([
      for key, subscription in google_pubsub_subscription.dead_letters :
      subscription.name == google_pubsub_topic.dead_letters[key].name && subscription.message_retention_duration == "2678400s"
    ]) && length(google_pubsub_subscription.dead_letters) == 3
    error_message = "A dead-letter topic has no subscription that keeps its messages."
  }
}

run "the_sinks_have_the_very_filters_that_the_local_cloud_evaluates" {
  assert {
    condition = { for key, sink in google_logging_project_sink.events : key => sink.filter } == {
      model-changes   = file("./filters/model_changes.txt")
      refused-deletes = file("./filters/refused_deletes.txt")
    }
    error_message = "A sink has another filter than its file."
  }
  assert {
    condition     = alltrue([for sink in google_logging_project_sink.events : length(sink.filter) <= 20000])
    error_message = "A filter is longer than Cloud Logging takes."
  }
  assert {
    condition = alltrue([
      for key, sink in google_logging_project_sink.events :
      google_pubsub_topic_iam_member.sink[key].member == "serviceAccount:${key}@gcp-sa-logging.iam.gserviceaccount.com"
      && google_pubsub_topic_iam_member.sink[key].topic == "bqml-${key}"
      && google_pubsub_topic_iam_member.sink[key].role == "roles/pubsub.publisher"
    ])
    error_message = "A sink may not write to its topic."
  }
  assert {
    condition     = length(google_logging_folder_sink.events) + length(google_logging_organization_sink.events) + length(google_eventarc_trigger.model_changes) == 0
    error_message = "More than one project is watched."
  }
}

run "events_go_to_one_topic_with_the_generated_schema_and_into_a_table" {
  assert {
    condition     = google_pubsub_schema.event.definition == file("../schemas/registry_event.proto") && google_pubsub_schema.event.type == "PROTOCOL_BUFFER"
    error_message = "The schema is not the generated one."
  }
  assert {
    condition     = google_pubsub_topic.events.schema_settings[0].encoding == "JSON" && google_pubsub_topic.events.name == "bqml-registry-events"
    error_message = "The topic of events has another name or encoding."
  }
  assert {
    condition     = toset(google_pubsub_topic.events.message_storage_policy[0].allowed_persistence_regions) == toset(["us-central1"])
    error_message = "Messages may be kept in other regions."
  }
  assert {
    condition     = google_bigquery_table.events.time_partitioning[0].field == "publish_time" && google_bigquery_table.events.time_partitioning[0].expiration_ms == 400 * 86400000
    error_message = "The table of events is not partitioned by day."
  }
  assert {
    condition     = [for column in jsondecode(google_bigquery_table.events.schema) : column.name] == ["subscription_name", "message_id", "publish_time", "data", "attributes"]
    error_message = "The table lacks a column of a subscription with metadata."
  }
}

run "the_sweep_wakes_by_a_message_and_knows_its_projects" {
  assert {
    condition     = base64decode(google_cloud_scheduler_job.reconcile.pubsub_target[0].data) == "{}" && google_cloud_scheduler_job.reconcile.schedule == "17 * * * *"
    error_message = "The sweep is woken by something else."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["reconcile"].service_config[0].environment_variables["RECONCILE_PROJECTS"] == "ml-platform"
    error_message = "The sweep goes over other projects."
  }
}

run "a_destroy_takes_everything_along" {
  assert {
    condition     = google_storage_bucket.source.force_destroy && google_bigquery_dataset.recorder.delete_contents_on_destroy && !google_bigquery_table.events.deletion_protection
    error_message = "A destroy would stop at what is in a bucket or a table."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : endswith(function.build_config[0].docker_repository, "/repositories/bqml-registrar")])
    error_message = "Images go to a repository that Cloud Functions makes, and stay behind."
  }
}

run "a_rehearsal_is_told_to_each_function" {
  variables {
    dry_run      = true
    event_prefix = "acme.ml"
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["DRY_RUN"] == "true" && function.service_config[0].environment_variables["EVENT_PREFIX"] == "acme.ml"
    ])
    error_message = "A function does not know that it only rehearses, or of the prefix."
  }
}
