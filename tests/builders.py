"""Builders: the things that tests speak of, with what a test does not care about filled in."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.names import EndpointName, ModelName, VertexName
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.decisions import Register
from bqml_registrar.policy.rules import LabelPolicy, Match, RegisterAs, Rule
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModel
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

CREATED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CHURN = ModelName(project="analytics-dev", dataset="prod_sales", model="churn")
METADATA_TYPE = "type.googleapis.com/google.cloud.audit.BigQueryAuditMetadata"


def a_model(**changes: Any) -> BigQueryModel:
    """A linear regression that nobody registered, with no labels."""
    values: dict[str, Any] = {
        "name": CHURN,
        "etag": "e1",
        "created": CREATED,
        "location": "US",
        "model_type": "LINEAR_REGRESSION",
        "labels": {},
    }
    return BigQueryModel(**{**values, **changes})


def a_listed_model(**changes: Any) -> ListedModel:
    """The same model with a label of a person's, as a list shows it."""
    values: dict[str, Any] = {
        "name": CHURN,
        "created": CREATED,
        "modified": CREATED,
        "model_type": "LINEAR_REGRESSION",
        "labels": {"team": "growth"},
    }
    return ListedModel(**{**values, **changes})


def a_version(number: str = "1", **changes: Any) -> ModelVersion:
    """The version of `churn` in the registry, as nobody has touched it."""
    name = VertexName(
        project=CHURN.project, region="us-central1", model_id="prod_sales-churn", version=number
    )
    values: dict[str, Any] = {"name": name, "etag": "v1", "aliases": ("default",)}
    return ModelVersion(**{**values, **changes})


def an_intent(**changes: Any) -> DeletionIntent:
    """A request to delete `churn`, heard for the first time."""
    values: dict[str, Any] = {
        "name": CHURN,
        "kind": IntentKind.REQUEST,
        "key": "request-1",
        "meant_at": datetime(2026, 11, 9, 14, 0, tzinfo=UTC),
        "deletes": True,
    }
    return DeletionIntent(**{**values, **changes})


def an_undeployment(**changes: Any) -> PlannedUndeployment:
    """Version 1 of `churn` leaves an endpoint; changes are of the deployed model."""
    values: dict[str, Any] = {
        "id": "1",
        "region": "us-central1",
        "model_id": "prod_sales-churn",
        "version": "1",
        "created": "2026-11-03T08:15:30Z",
    }
    endpoint = EndpointName(project="123456789012", region="us-central1", endpoint="10")
    deployed = DeployedModel(**{**values, **changes})
    return PlannedUndeployment(endpoint=endpoint, deployed=deployed, share=100)


def a_rule(**changes: Any) -> Rule:
    """The rule of the shipped policy: label vertex=register, alias and team from labels."""
    values: dict[str, Any] = {
        "name": "production-models",
        "match": Match(labels={"vertex": Condition(globs=("register",))}),
        "register": RegisterAs(
            model_id=Template.parse("{dataset}-{model}"),
            aliases=(Template.parse("{labels.stage}"),),
            labels={"team": Template.parse("{labels.team}")},
        ),
    }
    return Rule(**{**values, **changes})


def a_decision(**changes: Any) -> Register:
    """The decision of that rule: alias prod, team growth."""
    values: dict[str, Any] = {
        "reason": Reason.RULE_MATCHED,
        "rule": "production-models",
        "model_id": "prod_sales-churn",
        "shares_id": False,
        "aliases": ("prod",),
        "labels": {"team": "growth"},
        "description": "",
    }
    return Register(**{**values, **changes})


def a_policy(*rules: Rule, **changes: Any) -> LabelPolicy:
    """A policy of these rules; of the shipped one's rule without any."""
    return LabelPolicy(rules=rules or (a_rule(),), **changes)


def an_audit_entry(
    event: str = "modelCreation", name: ModelName = CHURN, **details: Any
) -> dict[str, Any]:
    """An audit-log entry about a model; derived from the proto and from entries about tables.

    `agent`, `method` and `status` change what their names say; the rest goes into the event.
    """
    method = details.pop("method", "google.cloud.bigquery.v2.JobService.InsertJob")
    agent = details.pop("agent", "gl-python/3.11 gccl/3.47.0")
    status = details.pop("status", {})
    told = {"reason": "QUERY", "jobName": f"projects/{name.project}/jobs/job_1", **details}
    return {
        "logName": f"projects/{name.project}/logs/cloudaudit.googleapis.com%2Factivity",
        "insertId": "dlqzgme4yiel",
        "timestamp": "2026-11-02T09:30:05.140400Z",
        "receiveTimestamp": "2026-11-02T09:30:06.140400704Z",
        "severity": "NOTICE",
        "resource": {
            "type": "bigquery_dataset",
            "labels": {"project_id": name.project, "dataset_id": name.dataset},
        },
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "status": status,
            "authenticationInfo": {"principalEmail": "ana@example.com"},
            "requestMetadata": {"callerIp": "203.0.113.12", "callerSuppliedUserAgent": agent},
            "serviceName": "bigquery.googleapis.com",
            "methodName": method,
            "resourceName": str(name),
            "metadata": {"@type": METADATA_TYPE, event: told},
        },
    }


def a_job_entry(
    statement: str = "CREATE_MODEL", name: ModelName = CHURN, **changes: Any
) -> dict[str, Any]:
    """The end entry of a query job; `after`, `error` and `destination` change what they say."""
    job: dict[str, Any] = {
        "jobName": f"projects/{name.project}/jobs/job_1",
        "jobConfig": {
            "type": "QUERY",
            "queryConfig": {
                "statementType": statement,
                "destinationTable": changes.get(
                    "destination",
                    f"projects/{name.project}/datasets/{name.dataset}/tables/{name.model}",
                ),
            },
        },
        "jobStatus": {"jobState": "DONE"},
    }
    if "error" in changes:
        job["jobStatus"]["errorResult"] = {"code": 3, "message": changes["error"]}
    entry = an_audit_entry(name=name)
    entry["protoPayload"]["resourceName"] = job["jobName"]
    entry["protoPayload"]["metadata"] = {
        "@type": METADATA_TYPE,
        "jobChange": {"before": "RUNNING", "after": changes.get("after", "DONE"), "job": job},
    }
    return entry


DEPLOYED = (
    "Model Registry failed: com.google.cloud.ai.platform.common.errors.AiPlatformException: "
    "code=FAILED_PRECONDITION, message=The Model is deployed or being deployed at the following "
    "Endpoint(s): projects/123456789012/locations/us-central1/endpoints/7. Please undeploy the model "
    "before retry., cause=null"
)


def a_refused_job_entry(
    statement: str = "DROP_MODEL", name: ModelName = CHURN, **changes: Any
) -> dict[str, Any]:
    """The end entry of a job that was refused as a version is deployed; as assumed for DROP MODEL.

    A replacing job names its model, a drop does not. `error`, `status`, `destination` and `after`
    change what they say.
    """
    if statement != "CREATE_MODEL":
        changes.setdefault("destination", None)
    status = changes.pop("status", {"code": 3, "message": "INVALID_ARGUMENT"})
    entry = a_job_entry(statement, name, **{"error": DEPLOYED, **changes})
    entry["protoPayload"]["status"] = status
    entry["logName"] = entry["logName"].replace("activity", "data_access")
    labels = {"project_id": name.project, "location": "US"}
    resource = {"type": "bigquery_project", "labels": labels}
    return {**entry, "severity": "ERROR", "resource": resource}


def a_refused_call_entry(
    method: str = "ModelService.DeleteModel", resource: object = CHURN, **changes: Any
) -> dict[str, Any]:
    """The entry of a models.delete or datasets.delete that was refused: assumed, all of it.

    `status` and `agent` change what they say.
    """
    status = changes.pop("status", {"code": 3, "message": DEPLOYED})
    entry = an_audit_entry(method=f"google.cloud.bigquery.v2.{method}", status=status, **changes)
    entry["protoPayload"] |= {
        "resourceName": str(resource),
        "metadata": {"@type": METADATA_TYPE},
    }
    return {**entry, "severity": "ERROR"}


def a_push(
    entry: Mapping[str, Any] | bytes, attributes: Mapping[str, str] | None = None, attempt: int = 1
) -> bytes:
    """A wrapped push request's body that carries a log entry (or any bytes)."""
    data = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    message: dict[str, Any] = {
        "data": base64.b64encode(data).decode(),
        "messageId": "136969346945",
        "message_id": "136969346945",
        "publishTime": "2026-11-02T09:30:07.000Z",
        "publish_time": "2026-11-02T09:30:07.000Z",
    }
    if attributes:
        message["attributes"] = dict(attributes)
    body = {"message": message, "subscription": "projects/analytics-dev/subscriptions/register"}
    return json.dumps({**body, "deliveryAttempt": attempt}).encode()


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as main.py hands them on: HTTP does not tell capitals, so their names are small."""
    return {name.lower(): value for name, value in headers.items()}


def without(entry: dict[str, Any], *path: str) -> dict[str, Any]:
    """The entry with one field of its metadata gone."""
    cut = copy.deepcopy(entry)
    holder = cut["protoPayload"]["metadata"]
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return cut


def with_payload(entry: dict[str, Any], **payload: Any) -> dict[str, Any]:
    """The entry with other fields in its payload."""
    return {**entry, "protoPayload": {**entry["protoPayload"], **payload}}
