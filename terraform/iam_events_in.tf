# What brings events to the functions: sinks write, Pub/Sub and Eventarc push as the invoker.

locals {
  # Of the project that everything is made in.
  pubsub_agent = "serviceAccount:service-${var.project.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

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
