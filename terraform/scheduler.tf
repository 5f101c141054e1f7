# Wakes the sweep, which then publishes a message for each dataset.
resource "google_cloud_scheduler_job" "reconcile" {
  project     = var.project.id
  region      = var.region
  name        = "bqml-reconcile"
  description = "Compares all models with policy and registry."
  schedule    = var.reconcile.schedule
  time_zone   = var.reconcile.time_zone

  pubsub_target {
    topic_name = local.topics["reconcile"]
    data       = base64encode("{}")
  }

  retry_config {
    retry_count = 3
  }

  depends_on = [google_pubsub_subscription.inbox]
}
