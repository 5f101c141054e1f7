# Lets Pub/Sub put what cannot be delivered on the dead-letter topic.
resource "google_pubsub_topic_iam_member" "dead_lettering" {
  project = var.project.id
  topic   = google_pubsub_topic.dead_letters.name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub
}

# Lets Pub/Sub take it out of the subscription.
resource "google_pubsub_subscription_iam_member" "dead_lettering" {
  project      = var.project.id
  subscription = google_pubsub_subscription.subscriber.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub
}

# Lets Pub/Sub write to the table.
resource "google_bigquery_table_iam_member" "pubsub" {
  count = var.bigquery == null ? 0 : 1

  project    = var.project.id
  dataset_id = var.bigquery.dataset
  table_id   = var.bigquery.table
  role       = "roles/bigquery.dataEditor"
  member     = local.pubsub
}

# Who may pull; nobody pulls what is pushed or written.
resource "google_pubsub_subscription_iam_member" "subscribers" {
  for_each = var.push == null && var.bigquery == null ? var.subscribers : []

  project      = var.project.id
  subscription = google_pubsub_subscription.subscriber.name
  role         = "roles/pubsub.subscriber"
  member       = each.key
}

# Who may look at the dead letters and take them away.
resource "google_pubsub_subscription_iam_member" "dead_letter_readers" {
  for_each = setunion(var.readers, var.subscribers)

  project      = var.project.id
  subscription = google_pubsub_subscription.dead_letters.name
  role         = "roles/pubsub.subscriber"
  member       = each.key
}
