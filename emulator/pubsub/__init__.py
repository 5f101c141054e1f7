"""Pub/Sub over gRPC: topics, subscriptions, pull, streaming pull and push."""
