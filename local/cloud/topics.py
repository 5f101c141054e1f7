"""The names of what Terraform makes in the project: topics, and the subscriptions named like them."""

from __future__ import annotations

PROJECT = "analytics-dev"
EVENTS_TOPIC = "bqml-registry-events"
AUDIT_TOPIC = "bqml-model-changes"
REFUSALS_TOPIC = "bqml-refused-deletes"
DELETION_TOPIC = "bqml-deletion-requests"
RECONCILE_TOPIC = "bqml-reconcile"
# Each function has its own.
DEAD_LETTER_TOPIC = "bqml-registrar-dead-letters"
CLEANUP_DEAD_LETTER_TOPIC = "bqml-cleanup-dead-letters"
RECONCILE_DEAD_LETTER_TOPIC = "bqml-reconcile-dead-letters"
DEAD_LETTER_TOPICS = {
    "register_model": DEAD_LETTER_TOPIC,
    "cleanup_endpoints": CLEANUP_DEAD_LETTER_TOPIC,
    "reconcile": RECONCILE_DEAD_LETTER_TOPIC,
}
# The demo's and the playground's own; the one named like the topic is left to the user.
TIMELINE_SUBSCRIPTION = "timeline-events"


def topic(name: str) -> str:
    """A topic's full name."""
    return f"projects/{PROJECT}/topics/{name}"


def subscription(name: str) -> str:
    """A subscription's full name."""
    return f"projects/{PROJECT}/subscriptions/{name}"
