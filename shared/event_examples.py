"""One example of each registry event: for schemas, docs and tests. Not used by a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.announcements import RegistrationEvents, failure, rejection
from shared.cloud_events import Announcer, Message
from shared.errors import PermanentError
from shared.facts import BigQueryModel, ModelVersion
from shared.names import ModelName, VertexName
from shared.policy import Register, Reject
from shared.reasons import Reason
from shared.registry_events import DEFAULT_PREFIX, Cause, EventType, RegistryEvent

_MODEL = BigQueryModel(
    name=ModelName(project="analytics-prod", dataset="prod_sales", model="churn"),
    etag="",
    created=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    location="US",
    model_type="LOGISTIC_REGRESSION",
    labels={},
)
_VERSION = ModelVersion(
    name=VertexName(
        project="analytics-prod", region="us-central1", model_id="prod_sales-churn", version="1"
    ),
    etag="",
)
_DECISION = Register(
    reason=Reason.RULE_MATCHED,
    rule="production-models",
    model_id="prod_sales-churn",
    shares_id=False,
    aliases=("prod",),
    labels={"team": "growth"},
    description="",
)
_CAUSE = Cause(
    id="projects/analytics-prod/logs/cloudaudit.googleapis.com%2Factivitydlqzgme4yiel1793611805140400"
)


def examples() -> dict[EventType, RegistryEvent]:
    """An event of every type."""
    events = RegistrationEvents(_MODEL, _DECISION, _VERSION, dry_run=False)
    refusal = Reject(Reason.REMOTE_MODEL, "production-models")
    denied = PermanentError(
        Reason.PERMISSION_DENIED,
        "Forbidden: Permission 'aiplatform.models.upload' denied on resource "
        "'//aiplatform.googleapis.com/projects/analytics-prod/locations/us-central1'",
    )
    denied.rule = "production-models"
    return {
        EventType.MODEL_REGISTERED: events.registered(),
        EventType.MODEL_REJECTED: rejection(_MODEL, refusal, target="4d6f1c0b9a27e385", mark=1),
        EventType.MODEL_FAILED: failure(_MODEL.name, _MODEL, denied),
        EventType.ALIAS_ASSIGNED: events.assigned("prod", 1),
    }


def example_message(event_type: EventType) -> Message:
    """The example as it is published."""
    announcer = Announcer(
        prefix=DEFAULT_PREFIX, source=f"//{DEFAULT_PREFIX}/projects/analytics-prod"
    )
    at = datetime(2026, 11, 2, 9, 30, 9, tzinfo=UTC)
    return announcer.message(examples()[event_type], _CAUSE, at)
