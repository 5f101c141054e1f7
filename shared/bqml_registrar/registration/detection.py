"""Detects the model that changed; if the entry names only a job, the job is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import JobFinished, ModelChanged, detect
from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import DeliveryError, retried_if_stale
from bqml_registrar.reasons import Reason


def detect_change(entry: Mapping[str, Any], context: Context) -> ModelChanged | Ignored:
    """The model that changed, or why the entry is ignored."""
    found = detect(entry, ignore_echo=context.ignore_echo)
    return _ask(found, context) if isinstance(found, JobFinished) else found


def _ask(found: JobFinished, context: Context) -> ModelChanged | Ignored:
    with retried_if_stale():
        try:
            name = context.ports.catalog.created_by_job(found.job, found.location)
        except DeliveryError as error:
            raise error.about(cause_id=found.cause_id) from error
    resource = f"projects/{found.job.project}/jobs/{found.job.job}"
    if name is None:
        return Ignored(Reason.NOT_A_MODEL, resource)
    if name.dataset.startswith("_"):
        return Ignored(Reason.TEMPORARY_DATASET, resource)
    return found.created(name)
