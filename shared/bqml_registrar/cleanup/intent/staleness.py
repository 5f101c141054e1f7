"""Decides whether an intent is stale: it is about one generation, and valid for a limited time.

Every step that destroys something checks this first. A stale intent changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bqml_registrar.cleanup.intent.intents import DeletionIntent
from bqml_registrar.resources.models import BigQueryModel

# How far Pub/Sub's clock, or a publisher's, may be ahead of ours.
_LEAD = timedelta(minutes=5)


def stale_detail(
    intent: DeletionIntent, model: BigQueryModel, now: datetime, max_age: timedelta
) -> str:
    """Why the intent must not be followed, in words for people; empty if it may be."""
    return _age(intent, now, max_age) or _generation(intent, model) or _etag(intent, model)


def _age(intent: DeletionIntent, now: datetime, max_age: timedelta) -> str:
    age = now - intent.meant_at
    if age > max_age:
        return f"the intent is of {_utc(intent.meant_at)}, older than {_hours(max_age)} hours"
    if -age > _LEAD:
        return f"the intent is of {_utc(intent.meant_at)}, and it is {_utc(now)}"
    return ""


def _generation(intent: DeletionIntent, model: BigQueryModel) -> str:
    """A model that was created again after the intent is another model.

    No tolerance for clocks: creation times are cut to milliseconds, which favours the intent.
    """
    if intent.generation:
        if intent.generation == model.generation:
            return ""
        return f"the intent means generation {intent.generation}, the model has {model.generation}"
    if model.created > intent.meant_at:
        made, meant = _utc(model.created), _utc(intent.meant_at)
        return f"the model was made at {made}, after the intent ({meant})"
    return ""


def _etag(intent: DeletionIntent, model: BigQueryModel) -> str:
    if intent.etag and intent.etag != model.etag:
        return f"the request names etag {intent.etag[:100]}, the model has {model.etag}"
    return ""


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _hours(age: timedelta) -> str:
    return f"{age / timedelta(hours=1):g}"
