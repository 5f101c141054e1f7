# The other route for changes of models: a trigger for each method.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
  event_route    = "eventarc"
}

run "a_trigger_for_each_method_that_changes_models" {
  assert {
    condition = toset(flatten([
      for trigger in google_eventarc_trigger.model_changes : [for c in trigger.matching_criteria : c.value if c.attribute == "methodName"]
      ])) == toset([
      "google.cloud.bigquery.v2.JobService.InsertJob",
      "google.cloud.bigquery.v2.JobService.Query",
      "google.cloud.bigquery.v2.ModelService.PatchModel",
      "google.cloud.bigquery.v2.ModelService.DeleteModel",
    ])
    error_message = "A method that changes models has no trigger."
  }
  assert {
    condition = alltrue([
      for trigger in google_eventarc_trigger.model_changes : alltrue([
        for c in trigger.matching_criteria : c.operator == "match-path-pattern" && c.value == "/projects/*/datasets/*/models/*" if c.attribute == "resourceName"
      ]) && length([for c in trigger.matching_criteria : c if c.attribute == "resourceName"]) == 1
    ])
    error_message = "A trigger would fire for every job."
  }
  assert {
    condition = alltrue([
      for trigger in google_eventarc_trigger.model_changes :
      trigger.location == "global"
      && trigger.destination[0].cloud_run_service[0].service == "bqml-register-model"
      && trigger.service_account == "bqml-invoker@ml-platform.iam.gserviceaccount.com"
    ])
    error_message = "A trigger hears one region only, or calls something else."
  }
  assert {
    condition     = google_project_iam_member.event_receiver[0].role == "roles/eventarc.eventReceiver"
    error_message = "The triggers may not receive events."
  }
}

run "refused_deletes_keep_their_sink" {
  assert {
    condition     = keys(google_logging_project_sink.events) == ["refused-deletes"]
    error_message = "Changes of models come twice, or refusals not at all."
  }
  assert {
    condition     = keys(google_pubsub_subscription.inbox) == ["deletion-requests", "reconcile", "refused-deletes"]
    error_message = "The inboxes are others."
  }
}
