# One screen for whoever is on call, in the order in which an event goes through.

locals {
  ours = {
    topic        = "resource.type=\"pubsub_topic\" AND resource.labels.topic_id=monitoring.regex.full_match(\"bqml-.*\")"
    subscription = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=monitoring.regex.full_match"
    service      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for f in local.functions : jsonencode(f.name)])})"
  }

  # How the points of a chart come about: counts by bar, the largest value, a percentile.
  drawn = {
    counts    = { plot = "STACKED_BAR", align = "ALIGN_DELTA", reduce = "REDUCE_SUM" }
    highest   = { plot = "LINE", align = "ALIGN_MAX", reduce = "REDUCE_MAX" }
    instances = { plot = "STACKED_AREA", align = "ALIGN_MAX", reduce = "REDUCE_SUM" }
    slowest   = { plot = "LINE", align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95" }
  }

  # Three in a row.
  charts = [
    {
      title  = "Events in and out: messages published"
      metric = "pubsub.googleapis.com/topic/send_message_operation_count"
      of     = local.ours.topic
      drawn  = "counts"
      by     = ["resource.label.topic_id"]
    },
    {
      title  = "Deliveries by answer (5xx: comes again)"
      metric = "run.googleapis.com/request_count"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["resource.label.service_name", "metric.label.response_code_class"]
    },
    {
      title  = "Decisions by reason"
      metric = "logging.googleapis.com/user/${google_logging_metric.lines["bqml-decisions"].name}"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["metric.label.decision", "metric.label.reason"]
    },
    {
      title  = "Registrations"
      metric = "logging.googleapis.com/user/${google_logging_metric.lines["bqml-registrations"].name}"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["metric.label.reason"]
    },
    {
      title  = "Deliveries that undeployed"
      metric = "logging.googleapis.com/user/${google_logging_metric.lines["bqml-undeployments"].name}"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["metric.label.reason"]
    },
    {
      title  = "Sweeps that found missed changes"
      metric = "logging.googleapis.com/user/${google_logging_metric.lines["bqml-missed-changes"].name}"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["resource.label.service_name"]
    },
    {
      title  = "Failed registrations"
      metric = "logging.googleapis.com/user/${google_logging_metric.lines["bqml-registration-failures"].name}"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["resource.label.service_name", "metric.label.reason"]
    },
    {
      title  = "Failed undeployments"
      metric = "logging.googleapis.com/user/${google_logging_metric.lines["bqml-undeployment-failures"].name}"
      of     = local.ours.service
      drawn  = "counts"
      by     = ["metric.label.reason"]
    },
    {
      title  = "Dead letters"
      metric = "pubsub.googleapis.com/subscription/num_undelivered_messages"
      of     = "${local.ours.subscription}(\"${local.dead_letter_subscriptions}\")"
      drawn  = "highest"
      by     = ["resource.label.subscription_id"]
    },
    {
      title  = "Age of the oldest unacked message (s)"
      metric = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"
      of     = "${local.ours.subscription}(\"(${local.inbox_subscriptions}|${local.recorder_subscription})\")"
      drawn  = "highest"
      by     = ["resource.label.subscription_id"]
    },
    {
      title  = "Instances"
      metric = "run.googleapis.com/container/instance_count"
      of     = local.ours.service
      drawn  = "instances"
      by     = ["resource.label.service_name", "metric.label.state"]
    },
    {
      title  = "Latency of deliveries, 95th percentile (ms)"
      metric = "run.googleapis.com/request_latencies"
      of     = local.ours.service
      drawn  = "slowest"
      by     = ["resource.label.service_name"]
    },
  ]
}

locals {
  # The service leaves a position of 0 out, and a plan would see a change for ever.
  # https://github.com/hashicorp/terraform-provider-google/issues/24650
  places = [
    for index in range(length(local.charts)) : merge(
      index % 3 == 0 ? {} : { xPos = index % 3 * 4 },
      index < 3 ? {} : { yPos = floor(index / 3) * 4 },
    )
  ]
}

# Shows at a glance what comes in, what becomes of it, and what waits.
resource "google_monitoring_dashboard" "overview" {
  project = var.project.id

  dashboard_json = jsonencode({
    displayName = "bqml-registrar"
    mosaicLayout = {
      columns = 12
      tiles = [
        for index, chart in local.charts : merge(local.places[index], {
          width  = 4
          height = 4
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType           = local.drawn[chart.drawn].plot
                minAlignmentPeriod = "60s"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = "metric.type=\"${chart.metric}\" AND ${chart.of}"
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = local.drawn[chart.drawn].align
                      crossSeriesReducer = local.drawn[chart.drawn].reduce
                      groupByFields      = chart.by
                    }
                  }
                }
              }]
            }
          }
        })
      ]
    }
  })

  depends_on = [google_project_service.required]
}
