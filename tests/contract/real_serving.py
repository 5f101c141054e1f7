"""The world of serving_worlds.py on the real adapters: official clients, on the local cloud."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import grpc
from google.api_core.exceptions import BadRequest
from google.cloud import aiplatform_v1, bigquery

from bqml_registrar.adapters.bigquery import connect
from bqml_registrar.adapters.deletions import BigQueryDeletions
from bqml_registrar.adapters.endpoints import VertexEndpoints
from bqml_registrar.adapters.lists import GoogleLists
from bqml_registrar.names import JobName, VertexName
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.analyst import a_client, create_dataset
from tests.builders import CHURN
from tests.contract.serving_worlds import ENDPOINT, MACHINE, MONITOR, NETWORK
from tests.contract.worlds import RealWorld


class RealServingWorld(RealWorld):
    """The adapters, on official clients, on the local cloud."""

    def __init__(self, addresses: Addresses, control: Control) -> None:
        super().__init__(addresses, control)
        self._control = control
        control.settings(operation_latency=0.0, deploy_latency=0.0)
        self.let()
        client = connect("analytics-dev", emulator=True)
        self.endpoints = VertexEndpoints(addresses.vertex_grpc)
        self.deletions = BigQueryDeletions(client)
        self.lists = GoogleLists(client, self.registry)
        transport = aiplatform_v1.EndpointServiceClient.get_transport_class("grpc")
        channel = grpc.insecure_channel(addresses.vertex_grpc)
        self._person = aiplatform_v1.EndpointServiceClient(transport=transport(channel=channel))

    def serve(
        self, *versions: VertexName, split: Sequence[int] = (), private: bool = False
    ) -> None:
        made: dict[str, Any] = {"display_name": "shop", "network": NETWORK if private else ""}
        parent = f"projects/{CHURN.project}/locations/{ENDPOINT.region}"
        self._person.create_endpoint(
            parent=parent, endpoint=made, endpoint_id=ENDPOINT.endpoint, timeout=10
        )
        for number, version in enumerate(versions, start=1):
            deployed = {"model": str(version), "id": str(number), "dedicated_resources": MACHINE}
            self._person.deploy_model(
                endpoint=str(ENDPOINT), deployed_model=deployed, traffic_split={}, timeout=10
            )
        if split:
            shares = {str(number): share for number, share in enumerate(split, start=1)}
            wanted = {"name": str(ENDPOINT), "traffic_split": shares}
            mask = {"paths": ["traffic_split"]}
            self._person.update_endpoint(request={"endpoint": wanted, "update_mask": mask})

    def watch(self) -> None:
        vertex = self._control.state()["vertex"]
        (found,) = vertex["endpoints"]
        found["model_deployment_monitoring_job"] = MONITOR
        self._control.put_state(vertex=vertex)

    def let(self, **settings: float) -> None:
        self._control.settings(
            undeploy_latency=settings.get("undeploy", 0.0),
            undeploy_visible_latency=settings.get("visible", 0.0),
            delete_refused_after_undeploy=settings.get("refused", 0.0),
        )

    def let_traffic_move(self) -> None:
        self._control.settings(busy_endpoint_refuses=["UndeployModel"])

    def pass_time(self, seconds: float) -> None:
        self._control.advance(seconds)

    def run(self, sql: str, dataset: str = "") -> JobName:
        config = bigquery.QueryJobConfig(
            default_dataset=f"{CHURN.project}.{dataset}" if dataset else None
        )
        client = a_client()
        job = client.query(sql, job_config=config, retry=None, job_retry=None)
        with contextlib.suppress(BadRequest):
            job.result(timeout=10)
        children = list(client.list_jobs(parent_job=job.job_id))
        # Newest first: the one that failed, which ended the script.
        return JobName(project=job.project, job=(children or [job])[0].job_id)

    def make_dataset(self, name: str) -> None:
        create_dataset(name)

    def fill(self, dataset: str, count: int) -> None:
        reference = {"projectId": CHURN.project, "datasetId": dataset}
        models = [
            {"modelReference": {**reference, "modelId": f"m{number}"}} for number in range(count)
        ]
        self._control.put_state(
            bigquery={"datasets": [{"datasetReference": reference}], "models": models}
        )
