"""The two worlds of worlds.py with endpoints, deletions and lists, and what others do about them.

A person deploys and watches endpoints, an analyst runs statements that are refused. What takes time
takes as long as `let` says, and passes by `pass_time` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from bqml_registrar.names import DatasetName, EndpointName, JobName, ModelName, VertexName
from bqml_registrar.ports import Deletions, Endpoints, Lists
from bqml_registrar.resources.jobs import JobStatement
from bqml_registrar.resources.models import ModelVersion
from tests.builders import CHURN, a_model
from tests.contract.worlds import FakeWorld, World
from tests.fakes.endpoint_state import PROJECT_NUMBER

ENDPOINT = EndpointName(project=PROJECT_NUMBER, region="us-central1", endpoint="7")
NETWORK = f"projects/{PROJECT_NUMBER}/global/networks/shop"
MONITOR = f"projects/{PROJECT_NUMBER}/locations/us-central1/modelDeploymentMonitoringJobs/1"
SLOW = 60.0
MACHINE = {"machine_spec": {"machine_type": "n1-standard-2"}, "min_replica_count": 1}


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
