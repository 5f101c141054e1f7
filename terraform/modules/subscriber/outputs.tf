output "dead_letters" {
  description = "The subscription with what could not be delivered."
  value       = google_pubsub_subscription.dead_letters.id
}

output "filter" {
  description = "The subscription's filter, as Pub/Sub has it."
  value       = local.filter
}

output "subscription" {
  description = "The subscription."
  value       = google_pubsub_subscription.subscriber.id
  depends_on  = [google_pubsub_subscription_iam_member.subscribers]
}
