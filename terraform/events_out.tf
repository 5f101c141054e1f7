# What the functions announce: one topic with the generated schema, and a table that keeps it all.

locals {
  events_topic = "projects/${google_pubsub_topic.events.project}/topics/${google_pubsub_topic.events.name}"
}

# What Pub/Sub checks every event against; a new definition becomes a new revision of it.
resource "google_pubsub_schema" "event" {
  project    = var.project.id
  name       = "bqml-registry-event"
  type       = "PROTOCOL_BUFFER"
  definition = file("${path.module}/../schemas/registry_event.proto")

  depends_on = [google_project_service.required]
}

# Registry events, for everybody who subscribes.
resource "google_pubsub_topic" "events" {
  #checkov:skip=CKV_GCP_83:Google encrypts with keys of its own; an organization that wants others sets them as its default

  project = var.project.id
  name    = "bqml-registry-events"
  labels  = var.labels

  schema_settings {
    schema   = "projects/${google_pubsub_schema.event.project}/schemas/${google_pubsub_schema.event.name}"
    encoding = "JSON"
  }

  message_storage_policy {
    allowed_persistence_regions = local.message_storage_regions
  }
}

# Holds the recorded events.
resource "google_bigquery_dataset" "recorder" {
  #checkov:skip=CKV_GCP_81:Google encrypts with keys of its own; an organization that wants others sets them as its default

  project                    = var.project.id
  dataset_id                 = "bqml_registrar"
  location                   = coalesce(var.recorder.location, var.region)
  description                = "What bqml-registrar announced."
  labels                     = var.labels
  delete_contents_on_destroy = true

  depends_on = [google_project_service.required]
}

# Every event with its attributes, by day. The columns are those of a subscription with metadata:
# https://docs.cloud.google.com/pubsub/docs/bigquery
resource "google_bigquery_table" "events" {
  #checkov:skip=CKV_GCP_80:Google encrypts with keys of its own; an organization that wants others sets them as its default
  #checkov:skip=CKV_GCP_121:a destroy leaves nothing that we made; a dataset that somebody else keeps can have a copy

  project             = var.project.id
  dataset_id          = google_bigquery_dataset.recorder.dataset_id
  table_id            = "events"
  description         = "Registry events: `attributes` has ce-id, ce-type and all else that subscriptions filter on."
  labels              = var.labels
  deletion_protection = false # a destroy takes it along

  time_partitioning {
    type          = "DAY"
    field         = "publish_time"
    expiration_ms = var.recorder.days * 24 * 3600 * 1000
  }

  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
  ])
}

module "recorder" {
  source = "./modules/subscriber"

  project                 = var.project
  name                    = "bqml-registry-events-recorder"
  topic                   = local.events_topic
  labels                  = var.labels
  message_storage_regions = local.message_storage_regions
  readers                 = var.readers
  settle_seconds          = var.settle_seconds

  bigquery = {
    dataset = google_bigquery_dataset.recorder.dataset_id
    table   = google_bigquery_table.events.table_id
  }
}
