"""Pub/Sub over gRPC: schemas, topics, subscriptions, pull, streaming pull and push."""
