"""Pub/Sub messages, in and out."""
