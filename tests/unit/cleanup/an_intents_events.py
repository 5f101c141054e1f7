"""The events of an intent, with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.cleanup.intent.intents import DeletionIntent
from bqml_registrar.errors import PermanentError
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import a_model, an_intent


def events(
    intent: DeletionIntent | None = None, model: BigQueryModel | None = None, **changes: Any
) -> CleanupEvents:
    told = {"rule": "production-models", "dry_run": False, **changes}
    return CleanupEvents(intent or an_intent(), model or a_model(), **told)


def a_failure(reason: Reason = Reason.PERMISSION_DENIED) -> PermanentError:
    return PermanentError(reason, "Forbidden: aiplatform.endpoints.undeploy")
