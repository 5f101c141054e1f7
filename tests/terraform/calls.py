"""Which function makes which calls of the local cloud, and publishes where."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import flask

from emulator.bigquery.request import flag, text
from tests.faults.topic_names import AUDIT, DEAD_LETTERS, EVENTS, REFUSALS, REQUESTS, SWEEPS
from tests.faults.world import World
from tools.terraform.permissions import PUBLISH, STORE

FUNCTIONS = {
    AUDIT: "register_model",
    REFUSALS: "cleanup_endpoints",
    REQUESTS: "cleanup_endpoints",
    SWEEPS: "reconcile",
}
# As iam.tf calls them. The harness has one topic for all dead letters, Terraform one a function.
TOPICS = {
    EVENTS: "events",
    DEAD_LETTERS: "dead-letters",
    REQUESTS: "deletion-requests",
    SWEEPS: "reconcile",
}
# As iam_store.tf calls them.
DATABASES = {"bqml-registry": "registry", "bqml-cleanup": "cleanup"}
_PATCH = "google.cloud.bigquery.v2.ModelService.PatchModel"
_DELETE = "google.cloud.bigquery.v2.ModelService.DeleteModel"
_GET_DATASET = "google.cloud.bigquery.v2.DatasetService.GetDataset"
_LIST_JOBS = "google.cloud.bigquery.v2.JobService.ListJobs"


class Calls:
    """A guard at the gate: by function the calls that it made, of what it remembers by database, and the
    topics that it published to.

    What people do in between is nobody's call.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.made: dict[str, set[str]] = defaultdict(set)
        self.stored: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.published: dict[str, set[str]] = defaultdict(set)

    def __call__(self, method: str, resource: str) -> None:
        topic = self._world.product.topic
        if not topic:
            return
        if method == PUBLISH:
            self.published[FUNCTIONS[topic]].add(TOPICS.get(resource, resource))
        elif method.startswith(f"{STORE}."):
            self.stored[FUNCTIONS[topic], _database(resource)].add(method)
        else:
            kind = self._kind(method, resource)
            self.made[FUNCTIONS[topic]].add(f"{method}: {kind}" if kind else method)

    def _kind(self, method: str, resource: str) -> str:
        """What a call needs by its request: read in the thread of the route that answers it."""
        if method == _PATCH:
            return ", ".join(_changed(flask.request.get_json()))
        if method == _GET_DATASET:
            return text("datasetView") or ""
        if method == _LIST_JOBS:
            return "allUsers" if flag("allUsers") else ""
        if method == _DELETE:
            return "registered" if self._is_registered(resource) else ""
        return ""

    def _is_registered(self, resource: str) -> bool:
        *_, dataset, _, name = resource.split("/")
        model = self._world.state()["bigquery"].get(f"{dataset}.{name}", {})
        return any("vertexAiModelId" in run for run in model.get("trainingRuns", ()))


def _database(resource: str) -> str:
    """Of a document's name, or its parent's, or the database's own: projects/P/databases/ID/..."""
    name = resource.split("/")[3]
    return DATABASES.get(name, name)


def _changed(body: dict[str, Any]) -> list[str]:
    """The fields of a patch, without those that only say of which model it is."""
    runs = {field for run in body.get("trainingRuns", ()) for field in run}
    return sorted((set(body) - {"modelReference", "etag", "trainingRuns"}) | runs)
