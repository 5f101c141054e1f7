# What leads to the functions: a topic each, a push subscription of our own, and per function a
# dead-letter topic, which both Pub/Sub and the function itself write to.

locals {
  inboxes = merge(
    var.event_route == "sink" ? { model-changes = "register_model" } : {},
    {
      deletion-requests = "cleanup_endpoints"
      reconcile         = "reconcile"
      refused-deletes   = "cleanup_endpoints"
    },
  )

  # Full names, known before anything is made: a plan shows who is wired to what.
  topics             = { for key, topic in google_pubsub_topic.inbox : key => "projects/${topic.project}/topics/${topic.name}" }
  dead_letter_topics = { for key, topic in google_pubsub_topic.dead_letters : key => "projects/${topic.project}/topics/${topic.name}" }

  dead_letter_names = {
    cleanup_endpoints = "bqml-cleanup-dead-letters"
    reconcile         = "bqml-reconcile-dead-letters"
    register_model    = "bqml-registrar-dead-letters"
  }

  message_storage_regions = sort(coalesce(var.message_storage_regions, [var.region]))
}

# What wakes a function.
resource "google_pubsub_topic" "inbox" {
  #checkov:skip=CKV_GCP_83:Google encrypts with keys of its own; an organization that wants others sets them as its default

  for_each = local.inboxes

  project = var.project.id
  name    = "bqml-${each.key}"
  labels  = var.labels

  message_storage_policy {
    allowed_persistence_regions = local.message_storage_regions
  }

  depends_on = [google_project_service.required]
}

# Our own, as the one that Cloud Functions makes has neither a dead-letter topic nor a choice of deadline.
resource "google_pubsub_subscription" "inbox" {
  for_each = local.inboxes

  project                    = var.project.id
  name                       = google_pubsub_topic.inbox[each.key].name
  topic                      = local.topics[each.key]
  labels                     = var.labels
  ack_deadline_seconds       = 600 # the longest; a delivery answers before
  message_retention_duration = "604800s"

  push_config {
    # The service's run.app address: internal ingress admits Pub/Sub there, not at cloudfunctions.net.
    push_endpoint = google_cloudfunctions2_function.function[each.value].service_config[0].uri

    oidc_token {
      service_account_email = local.invoker_account
      audience              = google_cloudfunctions2_function.function[each.value].service_config[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  # Many, since an answer of 429 by Cloud Run, for want of an instance, counts as an attempt too.
  dead_letter_policy {
    dead_letter_topic     = local.dead_letter_topics[each.value]
    max_delivery_attempts = 100
  }

  expiration_policy {
    ttl = ""
  }

  # Before it may call the function, each push is a lost attempt.
  depends_on = [
    google_cloud_run_v2_service_iam_member.invoker,
    google_pubsub_topic_iam_member.dead_lettering,
    google_service_account_iam_member.pubsub_token_creator,
  ]
}

# Messages that only a person can mend, per function.
resource "google_pubsub_topic" "dead_letters" {
  #checkov:skip=CKV_GCP_83:Google encrypts with keys of its own; an organization that wants others sets them as its default

  for_each = local.dead_letter_names

  project = var.project.id
  name    = each.value
  labels  = var.labels

  message_storage_policy {
    allowed_persistence_regions = local.message_storage_regions
  }

  depends_on = [google_project_service.required]
}

# Keeps them for whoever is on call, as long as Pub/Sub can.
resource "google_pubsub_subscription" "dead_letters" {
  for_each = local.dead_letter_names

  project                    = var.project.id
  name                       = each.value
  topic                      = local.dead_letter_topics[each.key]
  labels                     = var.labels
  ack_deadline_seconds       = 600 # a person reads, then acknowledges
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}
