"""What BigQuery holds: datasets, their models, and jobs, as REST v2 resources."""

from __future__ import annotations

import copy
import itertools
from dataclasses import asdict, dataclass, field
from typing import Any

from emulator.bigquery.names import DatasetName, ModelName, dataset_name, model_name
from emulator.bigquery.revisions import begin
from emulator.calls import Caller
from emulator.errors import invalid

Resource = dict[str, Any]


@dataclass
class JobRecord:
    """A job's resource, and what is known of the call that started it."""

    resource: Resource
    caller: Caller
    method: str
    request_id: str = ""
    order: int = 0

    @property
    def reference(self) -> dict[str, str]:
        """The jobReference."""
        return self.resource["jobReference"]

    @property
    def key(self) -> tuple[str, str, str]:
        """Where the store has it: project, location, id."""
        return job_key(self.reference)

    @property
    def running(self) -> bool:
        """Whether the job has still to end."""
        return self.resource["status"]["state"] != "DONE"


def job_key(reference: dict[str, str]) -> tuple[str, str, str]:
    """The key of a jobReference; a location's case does not matter."""
    return reference["projectId"], reference["location"].lower(), reference["jobId"]


@dataclass
class State:
    """The stores; whoever touches them holds the lock of the environment."""

    datasets: dict[DatasetName, Resource] = field(default_factory=dict)
    models: dict[DatasetName, dict[str, Resource]] = field(default_factory=dict)
    jobs: dict[tuple[str, str, str], JobRecord] = field(default_factory=dict)
    requests: dict[tuple[str, str, str], JobRecord] = field(default_factory=dict)
    _order: Any = field(default_factory=lambda: itertools.count(1))

    def dataset(self, name: DatasetName) -> Resource:
        """A dataset that is there."""
        if name not in self.datasets:
            raise name.missing()
        return self.datasets[name]

    def dataset_at(self, name: DatasetName, location: str) -> Resource:
        """A dataset that is there, and where a job runs that needs it."""
        found = self.datasets.get(name)
        if not found or found["location"].lower() != location.lower():
            raise name.missing(location)
        return found

    def find_model(self, name: ModelName) -> Resource | None:
        """A model, if it is there: under another case too, where the dataset says so.

        https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets: isCaseInsensitive.
        """
        models = self.models.get(name.parent, {})
        if name.model in models or not self.datasets.get(name.parent, {}).get("isCaseInsensitive"):
            return models.get(name.model)
        folded = name.model.casefold()
        return next((model for key, model in models.items() if key.casefold() == folded), None)

    def model(self, name: ModelName) -> Resource:
        """A model that is there."""
        if model := self.find_model(name):
            return model
        raise name.missing()

    def put_model(self, model: Resource) -> None:
        """Store a new model, or the next generation of one."""
        name = model_name(model)
        self.models.setdefault(name.parent, {})[name.model] = model

    def remove_model(self, name: ModelName) -> None:
        """Forget a model."""
        del self.models[name.parent][name.model]

    def put_job(self, record: JobRecord) -> None:
        """Store a new job; a request id (of jobs.query) leads to it as well."""
        record.order = next(self._order)
        self.jobs[record.key] = record
        if record.request_id:
            project = record.reference["projectId"]
            self.requests[project, record.caller.principal, record.request_id] = record

    def all_models(self) -> list[Resource]:
        """The models of all datasets."""
        return [model for models in self.models.values() for model in models.values()]

    def clear(self) -> None:
        """Forget everything."""
        for store in (self.datasets, self.models, self.jobs, self.requests):
            store.clear()
        self._order = itertools.count(1)

    def dump(self) -> dict[str, Any]:
        """The stores as JSON."""
        return {
            "datasets": copy.deepcopy(list(self.datasets.values())),
            "models": copy.deepcopy(self.all_models()),
            "jobs": [asdict(record) for record in self.jobs.values()],
        }

    def load(self, state: dict[str, Any], now_ms: int) -> None:
        """Replace the stores that `state` names; what a resource needs and lacks is filled in."""
        if unknown := set(state) - {"datasets", "models", "jobs"}:
            raise invalid(f"BigQuery holds datasets, models and jobs, not {sorted(unknown)}.")
        state = copy.deepcopy(state)
        if "datasets" in state:
            self.datasets.clear()
            for item in state["datasets"]:
                self.datasets[dataset_name(item)] = _complete({"location": "US", **item}, now_ms)
        if "models" in state:
            self.models.clear()
            for item in state["models"]:
                self._load_model(item, now_ms)
        if "jobs" in state:
            self.jobs.clear()
            self.requests.clear()
            self._order = itertools.count(1)
            for item in sorted(state["jobs"], key=lambda item: item.get("order", 0)):
                self.put_job(JobRecord(**{**item, "caller": Caller(**item["caller"])}))

    def _load_model(self, item: Resource, now_ms: int) -> None:
        for run in item.get("trainingRuns", []):
            if "vertexAiModelId" in run:  # a seed may show it as models.get does
                run["vertexAiModelId"] = run["vertexAiModelId"].rpartition("/")[2]
        dataset = self.dataset(model_name(item).parent)
        self.put_model(
            _complete({"location": dataset["location"], "trainingRuns": [{}], **item}, now_ms)
        )


def _complete(resource: Resource, now_ms: int) -> Resource:
    fresh: Resource = {}
    begin(fresh, now_ms)
    return {**fresh, **resource}
