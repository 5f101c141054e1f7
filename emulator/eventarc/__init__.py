"""Eventarc: triggers that turn audit entries and Pub/Sub messages into CloudEvents over HTTP."""
