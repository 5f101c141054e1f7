# A filtered subscription to registry events with its dead letters and grants: pulled, pushed, or
# written to a BigQuery table.

terraform {
  required_version = ">= 1.7"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
  }
}

locals {
  # Pub/Sub's own account: pushes, writes to BigQuery, and moves what cannot be delivered.
  pubsub = "serviceAccount:service-${var.project.number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  dead_letter_topic = "projects/${google_pubsub_topic.dead_letters.project}/topics/${google_pubsub_topic.dead_letters.name}"

  equal = {
    for attribute, value in {
      ce-dataset       = var.filter.dataset
      ce-dryrun        = var.filter.dry_run == null ? null : tostring(var.filter.dry_run)
      ce-model         = var.filter.model
      ce-project       = var.filter.project
      ce-reason        = var.filter.reason
      ce-region        = var.filter.region
      ce-rule          = var.filter.rule
      ce-vertexmodel   = var.filter.vertex_model
      ce-vertexversion = var.filter.vertex_version
    } : attribute => value if value != null
  }

  # A type is given as "model.v1.registered", a group of them as "model.".
  types = [
    for type in sort(var.filter.types) :
    endswith(type, ".") ? "hasPrefix(attributes.ce-type, \"${var.event_prefix}.${type}\")" : "attributes.ce-type = \"${var.event_prefix}.${type}\""
  ]

  # Written by `make generate`.
  known_types   = jsondecode(file("${path.module}/types.json"))
  unknown_types = [for type in var.filter.types : type if !endswith(type, ".") && !contains(local.known_types, type)]

  filter = join(" AND ", compact(concat(
    [length(local.types) > 1 ? "(${join(" OR ", local.types)})" : join("", local.types)],
    [for attribute, value in local.equal : "attributes.${attribute} = \"${value}\""],
  )))
}

# Waits until Pub/Sub may write to the table: it looks at once, and refuses the subscription.
# https://github.com/hashicorp/terraform-provider-google/issues/19085
resource "terraform_data" "table_grant_holds" {
  count = var.bigquery == null || var.settle_seconds == 0 ? 0 : 1

  triggers_replace = google_bigquery_table_iam_member.pubsub[*].id

  provisioner "local-exec" {
    command = "sleep ${var.settle_seconds}"
  }
}

# What the subscriber gets.
resource "google_pubsub_subscription" "subscriber" {
  project                    = var.project.id
  name                       = var.name
  topic                      = var.topic
  filter                     = local.filter == "" ? null : local.filter
  labels                     = var.labels
  ack_deadline_seconds       = var.ack_deadline_seconds
  message_retention_duration = "604800s"
  enable_message_ordering    = var.ordered

  dynamic "push_config" {
    for_each = var.push[*]

    content {
      push_endpoint = push_config.value.endpoint

      oidc_token {
        service_account_email = push_config.value.service_account_email
        audience              = coalesce(push_config.value.audience, push_config.value.endpoint)
      }
    }
  }

  dynamic "bigquery_config" {
    for_each = var.bigquery[*]

    content {
      table          = "${var.project.id}.${bigquery_config.value.dataset}.${bigquery_config.value.table}"
      write_metadata = true
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = local.dead_letter_topic
    max_delivery_attempts = var.max_delivery_attempts
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_pubsub_topic_iam_member.dead_lettering, terraform_data.table_grant_holds]

  lifecycle {
    precondition {
      condition     = length(local.unknown_types) == 0
      error_message = "filter.types has what is never announced: ${join(", ", local.unknown_types)}. docs/events.md lists the types."
    }
    precondition {
      condition     = length(local.filter) <= 256
      error_message = "The filter has ${length(local.filter)} bytes, Pub/Sub takes 256: use a group of types such as \"model.\", or two subscriptions. ${local.filter}"
    }
    precondition {
      condition     = var.push == null || var.bigquery == null
      error_message = "A subscription is pushed or written to BigQuery, not both: leave push or bigquery out."
    }
  }
}

# What the subscriber could not take.
resource "google_pubsub_topic" "dead_letters" {
  #checkov:skip=CKV_GCP_83:Google encrypts with keys of its own; an organization that wants others sets them as its default

  project = var.project.id
  name    = "${var.name}-dead-letters"
  labels  = var.labels

  dynamic "message_storage_policy" {
    for_each = length(var.message_storage_regions) > 0 ? [var.message_storage_regions] : []

    content {
      allowed_persistence_regions = message_storage_policy.value
    }
  }
}

# Keeps it for a person, as long as Pub/Sub can.
resource "google_pubsub_subscription" "dead_letters" {
  project                    = var.project.id
  name                       = "${var.name}-dead-letters"
  topic                      = local.dead_letter_topic
  labels                     = var.labels
  ack_deadline_seconds       = 600 # a person reads, then acknowledges
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}
