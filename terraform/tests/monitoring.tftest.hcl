# What is counted, who is told, and what the dashboard shows.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds        = 0
  project               = { id = "ml-platform", number = "123456789012" }
  region                = "us-central1"
  scope                 = { project = "ml-platform" }
  notification_channels = ["projects/ml-platform/notificationChannels/1234567890"]
}

run "each_metric_reads_the_lines_of_our_functions_alone" {
  command = plan

  assert {
    condition = alltrue([
      for metric in google_logging_metric.lines : startswith(metric.filter, <<-EOT
        resource.type="cloud_run_revision"
        resource.labels.service_name=("bqml-cleanup-endpoints" OR "bqml-reconcile" OR "bqml-register-model")
      EOT
      )
    ])
    error_message = "A metric reads other lines."
  }
  assert {
    condition     = endswith(google_logging_metric.lines["bqml-registrations"].filter, ")\njsonPayload.announced=\"model.v1.registered\" AND NOT jsonPayload.dry_run=true")
    error_message = "Registrations are counted by another filter."
  }
}

run "every_alert_goes_to_the_channels_and_brings_its_section_of_the_runbook" {
  command = plan

  assert {
    condition = alltrue([
      for alert in google_monitoring_alert_policy.alert :
      tolist(alert.notification_channels) == tolist(["projects/ml-platform/notificationChannels/1234567890"])
    ])
    error_message = "Nobody is told of an alert."
  }
  assert {
    condition = alltrue([
      for anchor, alert in google_monitoring_alert_policy.alert :
      startswith(alert.documentation[0].content, "Runbook: docs/operations.md#${anchor} (its commands: after `gcloud config set project ml-platform`)\n")
      && !strcontains(alert.documentation[0].content, "analytics-dev")
      && length(alert.documentation[0].content) > 300
      && length(alert.documentation[0].content) < 8192
      && strcontains(alert.documentation[0].content, "gcloud ")
      && !strcontains(alert.documentation[0].content, "$${")
      && !strcontains(alert.documentation[0].content, "\n##")
    ])
    error_message = "A notification does not say what to do."
  }
  assert {
    condition     = google_monitoring_alert_policy.alert["registration-failed"].documentation[0].subject == "bqml-registrar: Registration failed $${log.extracted_label.reason} $${log.extracted_label.model}"
    error_message = "The subject does not say of what."
  }
}

run "an_alert_of_log_lines_reads_what_its_metric_counts_and_speaks_once_an_hour" {
  command = plan

  assert {
    condition = {
      for anchor, alert in google_monitoring_alert_policy.alert :
      anchor => alert.conditions[0].condition_matched_log[0].filter if length(alert.conditions[0].condition_matched_log) > 0
      } == {
      registration-failed = google_logging_metric.lines["bqml-registration-failures"].filter
      undeployment-failed = google_logging_metric.lines["bqml-undeployment-failures"].filter
      changes-missed      = google_logging_metric.lines["bqml-missed-changes"].filter
    }
    error_message = "An alert reads other lines than its metric counts."
  }
  assert {
    condition = alltrue([
      for alert in google_monitoring_alert_policy.alert :
      length(alert.conditions[0].condition_matched_log) == 0 ? length(alert.alert_strategy) == 0 : (
        alert.alert_strategy[0].notification_rate_limit[0].period == "3600s"
      )
    ])
    error_message = "Only an alert of log lines has a limit, and needs one."
  }
}

run "what_waits_is_watched_by_the_subscriptions_own_names" {
  command = plan

  assert {
    condition = alltrue([
      for subscription in concat(values(google_pubsub_subscription.dead_letters)[*].name, ["bqml-registry-events-recorder-dead-letters"]) :
      can(regex("^${local.dead_letter_subscriptions}$", subscription))
      && !can(regex("^${local.inbox_subscriptions}$", subscription))
    ])
    error_message = "Of a dead-letter subscription nobody is told."
  }
  assert {
    condition = alltrue([
      for subscription in google_pubsub_subscription.inbox :
      can(regex("^${local.inbox_subscriptions}$", subscription.name))
      && !can(regex("^${local.dead_letter_subscriptions}$", subscription.name))
    ])
    error_message = "Of a subscription that waits nobody is told."
  }
  assert {
    condition     = can(regex("^${local.inbox_subscriptions}$", "eventarc-global-bqml-insert-job-sub-561"))
    error_message = "Of what Eventarc cannot deliver nobody is told."
  }
  assert {
    condition = google_monitoring_alert_policy.alert["dead-letters-wait"].conditions[0].condition_threshold[0].filter == join(" AND ", [
      "resource.type=\"pubsub_subscription\"",
      "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\"",
      "resource.labels.subscription_id=monitoring.regex.full_match(\"bqml-.*-dead-letters\")",
    ]) && google_monitoring_alert_policy.alert["dead-letters-wait"].conditions[0].condition_threshold[0].threshold_value == 0
    error_message = "One dead letter is not enough to be told."
  }
}

run "the_dashboard_has_a_place_for_every_chart" {
  command = plan

  assert {
    condition = length(distinct([
      for tile in jsondecode(google_monitoring_dashboard.overview.dashboard_json).mosaicLayout.tiles : "${try(tile.xPos, 0)} ${try(tile.yPos, 0)}"
    ])) == 12
    error_message = "Charts lie on each other, or are missing."
  }
  assert {
    condition = alltrue([
      for tile in jsondecode(google_monitoring_dashboard.overview.dashboard_json).mosaicLayout.tiles : try(tile.xPos, 1) > 0 && try(tile.yPos, 1) > 0
    ])
    error_message = "A position of 0 is left out by the service: each plan would see a change."
  }
  assert {
    condition = length(setsubtract(
      [for metric in google_logging_metric.lines : "logging.googleapis.com/user/${metric.name}"],
      [
        for tile in jsondecode(google_monitoring_dashboard.overview.dashboard_json).mosaicLayout.tiles :
        regex("metric.type=\"([^\"]+)\"", tile.widget.xyChart.dataSets[0].timeSeriesQuery.timeSeriesFilter.filter)[0]
      ],
    )) == 0
    error_message = "Something that is counted is shown nowhere."
  }
}
