output "dead_letters" {
  description = "Function => subscription with what only a person can mend."
  value       = { for key, subscription in google_pubsub_subscription.dead_letters : key => subscription.id }
}

output "deletion_requests_topic" {
  description = "Where a request to delete a model is published."
  value       = local.topics["deletion-requests"]
}

output "events_table" {
  description = "The table with every event."
  value       = "${var.project.id}.${google_bigquery_table.events.dataset_id}.${google_bigquery_table.events.table_id}"
}

output "events_topic" {
  description = "The topic of registry events, for modules/subscriber."
  value       = local.events_topic
}

output "function_accounts" {
  description = "Function => its service account."
  value       = local.function_accounts
}

output "request_deletion" {
  description = "A command that asks for a model to be undeployed everywhere and deleted; write the model's name into it."
  value       = "gcloud pubsub topics publish ${google_pubsub_topic.inbox["deletion-requests"].name} --project=${var.project.id} --message='{\"model\": \"projects/PROJECT/datasets/DATASET/models/MODEL\", \"delete\": true}'"
}

output "see_dead_letters" {
  description = "Commands that show dead letters and leave them there, a line a function."
  value = join("\n", [
    for key in sort(keys(local.dead_letter_names)) :
    "gcloud pubsub subscriptions pull ${local.dead_letter_names[key]} --project=${var.project.id} --limit=10 --format='table(message.publishTime,message.attributes.dl-reason,message.attributes.dl-detail,ackId)'"
  ])
}

output "sweep_now" {
  description = "A command that starts the sweep."
  value       = "gcloud pubsub topics publish ${google_pubsub_topic.inbox["reconcile"].name} --project=${var.project.id} --message='{}'"
}

output "watch_events" {
  description = "A query that shows the last events."
  value       = "bq query --project_id=${var.project.id} --use_legacy_sql=false 'SELECT publish_time, STRING(attributes[\"ce-type\"]) AS type, STRING(attributes[\"ce-subject\"]) AS subject FROM `${var.project.id}.bqml_registrar.events` WHERE publish_time > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY) ORDER BY publish_time DESC LIMIT 20'"
}
