# What people on call may look at.

# Who may look at the functions' dead letters and take them away.
resource "google_pubsub_subscription_iam_member" "readers" {
  for_each = { for pair in setproduct(keys(local.dead_letter_names), var.readers) : join(" ", pair) => pair }

  project      = var.project.id
  subscription = google_pubsub_subscription.dead_letters[each.value[0]].name
  role         = "roles/pubsub.subscriber"
  member       = each.value[1]
}

# Who may query the recorded events.
resource "google_bigquery_table_iam_member" "readers" {
  for_each = var.readers

  project    = var.project.id
  dataset_id = google_bigquery_dataset.recorder.dataset_id
  table_id   = google_bigquery_table.events.table_id
  role       = "roles/bigquery.dataViewer"
  member     = each.key
}
