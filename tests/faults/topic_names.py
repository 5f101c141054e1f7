"""The project, and its topics in both directions."""

from __future__ import annotations

PROJECT = "analytics-dev"

# What wakes functions: changes of models; refused deletes; requests, of people and of the functions
# themselves; sweeps, the same.
AUDIT = f"projects/{PROJECT}/topics/model-changes"
REFUSALS = f"projects/{PROJECT}/topics/refused-deletes"
REQUESTS = f"projects/{PROJECT}/topics/deletion-requests"
SWEEPS = f"projects/{PROJECT}/topics/reconcile"
INBOXES = (AUDIT, REFUSALS, REQUESTS, SWEEPS)

EVENTS = f"projects/{PROJECT}/topics/events"
DEAD_LETTERS = f"projects/{PROJECT}/topics/dead-letters"
