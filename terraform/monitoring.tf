# What is counted, and when somebody is told. docs/operations.md has a section for each alert, which goes
# along with its notifications.

locals {
  # The log lines of our functions: one of the 2nd generation logs as its Cloud Run service.
  function_lines = <<-EOT
    resource.type="cloud_run_revision"
    resource.labels.service_name=(${join(" OR ", [for f in local.functions : jsonencode(f.name)])})
  EOT

  # What is counted of them. A dry run's lines tell what was not done.
  log_metrics = {
    bqml-decisions = {
      counts = "Deliveries, and models that a sweep could not settle, by how they ended."
      filter = "jsonPayload.decision:*"
    }
    bqml-registrations = {
      counts = "Deliveries that announced a registration; those of a sweep are among its missed changes."
      filter = "jsonPayload.announced=\"model.v1.registered\" AND NOT jsonPayload.dry_run=true"
    }
    bqml-undeployments = {
      counts = "Deliveries that undeployed a model from an endpoint, or from several."
      filter = "jsonPayload.announced=\"deployment.v1.undeployed\" AND NOT jsonPayload.dry_run=true"
    }
    bqml-registration-failures = {
      counts = "Models whose registration waits until a person has mended something."
      filter = "jsonPayload.decision=\"failed\" AND jsonPayload.model:* AND NOT resource.labels.service_name=\"${local.functions.cleanup_endpoints.name}\""
    }
    bqml-undeployment-failures = {
      counts = "Deliveries in which a deployed model could not leave its endpoint before a person has mended something."
      filter = "jsonPayload.announced=\"deployment.v1.undeployfailed\""
    }
    bqml-missed-changes = {
      counts = "Sweeps of a dataset that settled what events should have settled."
      filter = "jsonPayload.reason=\"DATASET_SWEPT\" AND jsonPayload.counts.missed>0 AND NOT jsonPayload.dry_run=true"
    }
  }

  dead_letter_subscriptions = "bqml-.*-dead-letters" # the recorder's among them
  # Assumed of Eventarc: that it calls its subscription after the trigger, as in public samples.
  inbox_subscriptions   = "(bqml-(${join("|", keys(local.inboxes))})|eventarc-global-bqml-.*)"
  recorder_subscription = "bqml-registry-events-recorder"

  # By the anchor of the runbook's section. Either `backlog`, a subscription with more of something than
  # `above`; or `lines`, log lines that a metric counts, with the fields that the notification shows.
  alerts = {
    dead-letters-wait = {
      title    = "Dead letters wait"
      severity = "ERROR"
      lines    = null
      backlog = {
        metric        = "num_undelivered_messages"
        subscriptions = local.dead_letter_subscriptions
        above         = 0
        seconds       = 0
      }
    }

    # An hour: three attempts that use a delivery's whole time, 600 s at most, and the two longest pauses
    # between them take 50 minutes. What is older fails again and again, and half a day is left before it
    # has used up its attempts.
    messages-wait-too-long = {
      title    = "Messages wait too long"
      severity = "ERROR"
      lines    = null
      backlog = {
        metric        = "oldest_unacked_message_age"
        subscriptions = local.inbox_subscriptions
        above         = 3600
        seconds       = 300
      }
    }

    # Pub/Sub writes within seconds, so an hour means that it may not. Nothing is lost for seven days.
    recorder-behind = {
      title    = "Recorder behind"
      severity = "WARNING"
      lines    = null
      backlog = {
        metric        = "oldest_unacked_message_age"
        subscriptions = local.recorder_subscription
        above         = 3600
        seconds       = 300
      }
    }

    registration-failed = {
      title    = "Registration failed"
      severity = "ERROR"
      backlog  = null
      lines    = { metric = "bqml-registration-failures", shown = ["reason", "model"] }
    }

    undeployment-failed = {
      title    = "Undeployment failed"
      severity = "ERROR"
      backlog  = null
      lines    = { metric = "bqml-undeployment-failures", shown = ["reason", "model"] }
    }

    changes-missed = {
      title    = "Changes missed"
      severity = "WARNING"
      backlog  = null
      lines    = { metric = "bqml-missed-changes", shown = ["resource"] }
    }
  }

  # With this project's name in its commands.
  runbook = replace(file("${path.module}/../docs/operations.md"), "analytics-dev", var.project.id)
}

# Counts what the functions tell in their log lines, for the dashboard and for queries over time.
resource "google_logging_metric" "lines" {
  for_each = local.log_metrics

  project     = var.project.id
  name        = each.key
  description = each.value.counts
  filter      = "${local.function_lines}${each.value.filter}"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "decision"
      description = "How it ended, in one word."
    }
    labels {
      key         = "reason"
      description = "One of the reasons in docs/policy.md."
    }
  }

  label_extractors = {
    decision = "EXTRACT(jsonPayload.decision)"
    reason   = "EXTRACT(jsonPayload.reason)"
  }

  depends_on = [google_project_service.required]
}

# Tells whoever is on call what has happened, what it means and what to do.
# Log lines are read by the metric's filter, not through the metric: over one that the same apply makes,
# no policy can be made. https://github.com/hashicorp/terraform-provider-google/issues/11102
resource "google_monitoring_alert_policy" "alert" {
  for_each = local.alerts

  project               = var.project.id
  display_name          = "bqml-registrar: ${each.value.title}"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = var.notification_channels
  user_labels           = var.labels

  conditions {
    display_name = each.value.title

    dynamic "condition_threshold" {
      for_each = each.value.backlog[*]

      content {
        filter = join(" AND ", [
          "resource.type=\"pubsub_subscription\"",
          "metric.type=\"pubsub.googleapis.com/subscription/${condition_threshold.value.metric}\"",
          "resource.labels.subscription_id=monitoring.regex.full_match(\"${condition_threshold.value.subscriptions}\")",
        ])
        comparison      = "COMPARISON_GT"
        threshold_value = condition_threshold.value.above
        duration        = "${condition_threshold.value.seconds}s"

        aggregations {
          alignment_period   = "60s"
          per_series_aligner = "ALIGN_MAX"
        }
        trigger {
          count = 1
        }
      }
    }

    dynamic "condition_matched_log" {
      for_each = each.value.lines[*]

      content {
        filter           = google_logging_metric.lines[condition_matched_log.value.metric].filter
        label_extractors = { for field in condition_matched_log.value.shown : field => "EXTRACT(jsonPayload.${field})" }
      }
    }
  }

  # One mail an hour says it; the lines and the dead letters say how many.
  dynamic "alert_strategy" {
    for_each = each.value.lines[*]

    content {
      auto_close = "86400s"

      notification_rate_limit {
        period = "3600s"
      }
    }
  }

  documentation {
    subject = join(" ", concat(
      ["bqml-registrar: ${each.value.title}"],
      [for field in try(each.value.lines.shown, []) : "$${log.extracted_label.${field}}"],
    ))
    mime_type = "text/markdown"
    content   = <<-EOT
      Runbook: docs/operations.md#${each.key} (its commands: after `gcloud config set project ${var.project.id}`)

      ${regex("(?s)\n### ${each.value.title}\n\n(.*?)\n##", "${local.runbook}\n##")[0]}
    EOT
  }

  depends_on = [google_project_service.required]
}
