"""An example of each event of the clean-up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.cleanup.intent.guidance import how_to_request
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.errors import PermanentError
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import EndpointName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModel
from tools.event_examples.subjects import MODEL, RULE, VERSION

_REQUEST = DeletionIntent(
    name=MODEL.name,
    kind=IntentKind.REQUEST,
    key="5f0c1d9a7be24c36",
    meant_at=datetime(2026, 11, 9, 14, 0, tzinfo=UTC),
    deletes=True,
    generation=MODEL.generation,
    reason="Replaced by churn_v2",
)
_REFUSED_DROP = DeletionIntent(
    name=MODEL.name,
    kind=IntentKind.REFUSED_DROP,
    key="projects/analytics-prod/jobs/bquxjob_6f1b_19d1a1e",
    meant_at=datetime(2026, 11, 9, 13, 40, tzinfo=UTC),
    deletes=True,
)
_ENDPOINT = EndpointName(
    project="123456789012", region="us-central1", endpoint="7340112233445566778"
)
_CREATED = "2026-11-03T08:15:30.123456Z"
_PLANNED = PlannedUndeployment(
    endpoint=_ENDPOINT,
    deployed=DeployedModel(
        id="1180591620717411303",
        region=VERSION.name.region,
        model_id=VERSION.name.model_id,
        version=VERSION.name.version,
        display_name="prod_sales-churn",
        created=_CREATED,
        configuration=json.dumps(
            {
                "createTime": _CREATED,
                "dedicatedResources": {
                    "machineSpec": {"machineType": "n1-standard-4"},
                    "maxReplicaCount": 3,
                    "minReplicaCount": 1,
                },
                "displayName": "prod_sales-churn",
                "id": "1180591620717411303",
                "model": str(VERSION.name.at("")),
                "modelVersionId": "1",
                "serviceAccount": "serving@analytics-prod.iam.gserviceaccount.com",
            }
        ),
    ),
    share=60,
)
_BEFORE, _AFTER = {"1180591620717411303": 60, "9007199254740993": 40}, {"9007199254740993": 100}
_PLAN = json.dumps(
    {
        "model": str(MODEL.name),
        "generation": MODEL.generation,
        "endpoints": [
            {
                "endpoint": str(_ENDPOINT),
                "traffic_before": _BEFORE,
                "traffic": _AFTER,
                "leaving": [_PLANNED.deployed.id],
                "staying": ["9007199254740993"],
            }
        ],
        "deletes_model": True,
    }
)


def cleanup_examples() -> dict[EventType, RegistryEvent]:
    """An event of every type about deployments and deletions."""
    request = CleanupEvents(_REQUEST, MODEL, RULE, dry_run=False)
    refused = CleanupEvents(_REFUSED_DROP, MODEL, RULE, dry_run=False)
    denied = PermanentError(
        Reason.PERMISSION_DENIED,
        "PermissionDenied: Permission 'aiplatform.endpoints.undeploy' denied on resource "
        f"'//aiplatform.googleapis.com/{_ENDPOINT}'",
    )
    stale = "the intent is of 2026-11-09T13:40:00.000Z, older than 6 hours"
    return {
        EventType.DEPLOYMENT_UNDEPLOYPLANNED: request.planned(_PLANNED, _BEFORE, _AFTER),
        EventType.DEPLOYMENT_UNDEPLOYED: request.undeployed(_PLANNED, "the endpoint serves others"),
        EventType.DEPLOYMENT_UNDEPLOYFAILED: request.undeploy_failed(_PLANNED, denied),
        EventType.DELETION_REQUESTED: request.requested(_PLAN),
        EventType.DELETION_BLOCKED: refused.blocked(
            Reason.NOTIFY_ONLY,
            Reason.NOTIFY_ONLY.meaning,
            plan=_PLAN,
            how_to_go_on=how_to_request(MODEL.name),
        ),
        EventType.DELETION_READY: request.ready(),
        EventType.DELETION_COMPLETED: request.completed(),
        EventType.DELETION_CANCELLED: refused.cancelled(Reason.STALE_INTENT, stale),
    }
