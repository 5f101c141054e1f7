"""Settings about endpoints, and about models that cannot go because they are deployed."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.errors import HTTP_STATUS
from emulator.setting_fields import setting


@dataclass(frozen=True, kw_only=True)
class DeploymentSettings:
    """Latencies in seconds, and assumptions."""

    deploy_latency: float = setting(0.5, "seconds that a DeployModel operation takes")
    undeploy_latency: float = setting(0.5, "seconds that an UndeployModel operation takes")
    undeploy_visible_latency: float = setting(
        0.3,
        "seconds from the end of an UndeployModel operation during which GetModel still shows the deployment",
        assumed=True,
    )
    delete_refused_after_undeploy: float = setting(
        0.6,
        "seconds from the end of an UndeployModel operation during which the version still counts as deployed "
        "when it is to be deleted or replaced",
        assumed=True,
    )
    busy_endpoint_refuses: tuple[str, ...] = setting(
        ("DeployModel", "UndeployModel", "DeleteEndpoint", "UpdateEndpoint"),
        "methods that an endpoint with a running operation refuses; of UpdateEndpoint, changes of the traffic split",
        assumed=True,
        choices=("DeployModel", "UndeployModel", "DeleteEndpoint", "UpdateEndpoint"),
    )
    deletes_check_etag: bool = setting(
        False, "models.delete of BigQuery honours If-Match", assumed=True
    )
    unknown_deployed_model_status: str = setting(
        "INVALID_ARGUMENT",
        "canonical code for a DeployedModel ID that the endpoint does not have",
        assumed=True,
        choices=tuple(sorted(HTTP_STATUS)),
    )
    deployed_model_name_has_version: bool = setting(
        True,
        "DeployedModel.model in answers carries the version: models/MODEL@NUMBER",
        assumed=True,
    )
    monitored_endpoint_delete_refused: bool = setting(
        True, "DeleteEndpoint is refused while a model monitoring job is attached", assumed=True
    )
    refused_delete_text: str = setting(
        "wrapped",
        "how BigQuery refuses to delete a deployed model: as it refuses CREATE OR REPLACE MODEL (wrapped), "
        "in the same wrapping with Vertex AI's words for a deletion (wrapped-sdk-issue), or in those alone (sdk-issue)",
        assumed=True,
        choices=("wrapped", "wrapped-sdk-issue", "sdk-issue"),
    )
    vertex_delete_text: str = setting(
        "sdk-issue",
        "how Vertex AI refuses to delete a deployed model or version: in the words that its SDK once met "
        "(sdk-issue), or in those of CREATE OR REPLACE MODEL (replace)",
        assumed=True,
        choices=("sdk-issue", "replace"),
    )
    refused_job_names_model: tuple[str, ...] = setting(
        (),
        "statement types whose failed jobs name the model as their destinationTable",
        assumed=True,
        choices=("CREATE_MODEL", "DROP_MODEL"),
    )
    refused_calls_logged: tuple[str, ...] = setting(
        ("DeleteDataset", "DeleteModel"),
        "calls of BigQuery that write an entry in the activity log when they are refused",
        assumed=True,
        choices=("DeleteDataset", "DeleteModel"),
    )
    failed_job_status_has_text: bool = setting(
        False,
        "status.message of a failed job's entry is the error's text, not the name of its code",
        assumed=True,
    )
