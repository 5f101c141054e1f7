"""The frame that all of BigQuery's audit entries share: who called what, on which resource.

Sources: google/cloud/audit/audit_log.proto and captured entries of BigQuery's table events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.calls import Caller

Resource = dict[str, Any]

ACTIVITY = "activity"
DATA_ACCESS = "data_access"
SYSTEM_EVENT = "system_event"
SERVICE = "bigquery.googleapis.com"
_TYPES = "type.googleapis.com/google.cloud.audit"


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What one entry reports; `event` is the one field that metadata has beside its type."""

    project: str
    log: str
    resource: Resource
    resource_name: str
    caller: Caller
    method: str
    event: Resource
    authorization: list[Resource]
    severity: str = "INFO"
    status: Resource = field(default_factory=dict)
    operation: Resource | None = None

    def entry(self) -> Resource:
        """The LogEntry, as yet without insertId and times."""
        entry = {
            "logName": f"projects/{self.project}/logs/cloudaudit.googleapis.com%2F{self.log}",
            "resource": self.resource,
            "severity": self.severity,
            "protoPayload": {
                "@type": f"{_TYPES}.AuditLog",
                "status": self.status,
                "authenticationInfo": {"principalEmail": self.caller.principal},
                "requestMetadata": _request_metadata(self.caller),
                "serviceName": SERVICE,
                "methodName": self.method,
                "authorizationInfo": self.authorization,
                "resourceName": self.resource_name,
                "metadata": {"@type": f"{_TYPES}.BigQueryAuditMetadata", **self.event},
            },
        }
        return entry | ({"operation": self.operation} if self.operation else {})


def _request_metadata(caller: Caller) -> Resource:
    return without_empty({"callerIp": caller.ip, "callerSuppliedUserAgent": caller.user_agent})


def permission(resource: str, name: str, *, granted: bool = True) -> Resource:
    """One item of authorizationInfo; a refused one has no `granted`, as false is not written."""
    return {"resource": resource, "permission": name} | ({"granted": True} if granted else {})


def dataset_resource(project: str, dataset: str) -> Resource:
    """The monitored resource of storage events: no location in any captured entry."""
    return {
        "type": "bigquery_dataset",
        "labels": {"project_id": project, "dataset_id": dataset},
    }


def project_resource(project: str, location: str = "") -> Resource:
    """The monitored resource of job events."""
    labels = without_empty({"project_id": project, "location": location})
    return {"type": "bigquery_project", "labels": labels}


def rfc3339(milliseconds: str | int | None) -> str:
    """BigQuery's REST time (milliseconds since the epoch) as audit logs write it."""
    if not milliseconds:
        return ""
    moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_empty(fields: Resource) -> Resource:
    """The fields that have a value: JSON of protocol buffers leaves defaults out."""
    return {name: value for name, value in fields.items() if value not in ("", None, {}, [])}


def dataset_name(reference: Resource) -> str:
    """The resource name of a datasetReference."""
    return f"projects/{reference['projectId']}/datasets/{reference['datasetId']}"


def model_name(reference: Resource) -> str:
    """The resource name of a modelReference."""
    return f"{dataset_name(reference)}/models/{reference['modelId']}"


def table_name(reference: Resource | None) -> str:
    """The resource name of a tableReference; a model that a job writes is named like a table."""
    return f"{dataset_name(reference)}/tables/{reference['tableId']}" if reference else ""


def job_name(job: Resource | None) -> str:
    """The name of a job in audit logs: without its location."""
    if not job:
        return ""
    reference = job["jobReference"]
    return f"projects/{reference['projectId']}/jobs/{reference['jobId']}"
