"""The two worlds of worlds.py with endpoints, deletions and lists, and what others do about them.

A person deploys and watches endpoints, an analyst runs statements that are refused. What takes time
takes as long as `let` says, and passes by `pass_time` alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, Protocol

import grpc
from analyst import a_client, create_dataset
from builders import CHURN, a_model
from fake_endpoint_state import NUMBER
from google.api_core.exceptions import BadRequest
from google.cloud import aiplatform_v1, bigquery
from msgspec.structs import replace
from worlds import FakeWorld, RealWorld, World

from local.control import Control
from local.processes import Addresses
from shared.adapters.bigquery import connect
from shared.adapters.deletions import BigQueryDeletions
from shared.adapters.endpoints import VertexEndpoints
from shared.adapters.lists import GoogleLists
from shared.cleanup.ports import Deletions, Endpoints, JobStatement
from shared.facts import ModelVersion
from shared.names import DatasetName, EndpointName, JobName, ModelName, VertexName
from shared.sweep.ports import Lists

ENDPOINT = EndpointName(project=NUMBER, region="us-central1", endpoint="7")
NETWORK = f"projects/{NUMBER}/global/networks/shop"
MONITOR = f"projects/{NUMBER}/locations/us-central1/modelDeploymentMonitoringJobs/1"
SLOW = 60.0
_MACHINE = {"machine_spec": {"machine_type": "n1-standard-2"}, "min_replica_count": 1}


class ServingWorld(World, Protocol):
    """The ports, and what others do."""

    endpoints: Endpoints
    deletions: Deletions
    lists: Lists

    def serve(
        self, *versions: VertexName, split: Sequence[int] = (), private: bool = False
    ) -> None:
        """A person makes ENDPOINT and deploys versions to it, with these shares of its traffic."""

    def watch(self) -> None:
        """A person has a monitoring job watch ENDPOINT."""

    def let(self, **settings: float) -> None:
        """Seconds: `undeploy` takes, a model is `visible` as deployed, and `refused` its delete after it."""

    def let_traffic_move(self) -> None:
        """The traffic of an endpoint may be changed while an operation runs."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""

    def run(self, sql: str, dataset: str = "") -> JobName:
        """Ana runs a statement to its end, well or not; the job that names it."""

    def make_dataset(self, name: str) -> None:
        """Somebody makes a dataset."""

    def fill(self, dataset: str, count: int) -> None:
        """A dataset has that many models."""


def registered(world: World, name: ModelName = CHURN, model_id: str = "") -> ModelVersion:
    """The version of a model that Ana trained and somebody registered."""
    world.train(name, {})
    model = world.catalog.get(name)
    assert model is not None
    world.catalog.patch(model, {}, model_id or f"{name.dataset}-{name.model}")
    model = world.catalog.get(name)
    assert model is not None
    version = world.registry.get(model.vertex.at(model.vertex_version))
    assert version is not None
    return version


class FakeServingWorld(FakeWorld):
    """The fakes."""

    def __init__(self) -> None:
        super().__init__()
        self.endpoints = self._google.endpoints
        self.deletions = self._google.deletions
        self.lists = self._google.lists

    def serve(
        self, *versions: VertexName, split: Sequence[int] = (), private: bool = False
    ) -> None:
        for version, share in zip(versions, split or [0] * len(versions), strict=True):
            self._google.at.deploy(version, ENDPOINT.endpoint, share, is_private=private)

    def watch(self) -> None:
        found = self._google.at.endpoints[ENDPOINT]
        self._google.at.put(replace(found, monitoring_job=MONITOR))

    def let(self, **settings: float) -> None:
        at = self._google.at
        at.undeploy_seconds = settings.get("undeploy", 0.0)
        at.visible_seconds = settings.get("visible", 0.0)
        at.still_deployed_seconds = settings.get("refused", 0.0)

    def let_traffic_move(self) -> None:
        self._google.at.busy_refuses_traffic = False

    def pass_time(self, seconds: float) -> None:
        self._google.clock.sleep(seconds)

    def run(self, sql: str, dataset: str = "") -> JobName:
        job = JobName(project=CHURN.project, job="refused_1")
        self._google.at.statements[job] = JobStatement(
            sql=sql.rpartition("; ")[2],
            default_project=CHURN.project,
            default_dataset=DatasetName(project=CHURN.project, dataset=dataset)
            if dataset
            else None,
        )
        return job

    def make_dataset(self, name: str) -> None:
        self._google.lists.names.append(DatasetName(project=CHURN.project, dataset=name))

    def fill(self, dataset: str, count: int) -> None:
        for number in range(count):
            name = ModelName(project=CHURN.project, dataset=dataset, model=f"m{number}")
            self._google.models[name] = a_model(name=name)


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
            deployed = {"model": str(version), "id": str(number), "dedicated_resources": _MACHINE}
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
