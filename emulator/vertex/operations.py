"""Long-running operations: what the registry and endpoints have been asked for and takes time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from emulator.cloud import Environment
from emulator.errors import ServiceError, invalid, not_found
from emulator.vertex.catalog import Catalog
from emulator.vertex.due import Due
from emulator.vertex.endpoint_state import DeployedModel, Endpoint
from emulator.vertex.endpoints import numbered_name
from emulator.vertex.names import LocationName, OperationName
from emulator.vertex.projects import Projects
from emulator.vertex.snapshot import build

_FIRST_ID = 1_000_000_000_000_000_001


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What is to become a model, or with `new_version` the next version of one that exists."""

    new_version: bool
    display_name: str
    description: str
    version_description: str
    labels: dict[str, str]
    aliases: list[str]
    content: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class EndpointChange:
    """What a method of EndpointService is to do.

    `endpoint` and `deployed_model` are new ones, in the form of the state, as yet without times;
    `deployed_model_id` is the one to undeploy.
    """

    method: str
    endpoint: dict[str, Any] = field(default_factory=dict)
    deployed_model: dict[str, Any] = field(default_factory=dict)
    deployed_model_id: str = ""
    traffic_split: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class Operation:
    """The deletion of a model, or of one version of it, or an upload, or else a change of an endpoint.

    `version` of an upload is the one that it made; `error_status` tells how an operation failed.
    """

    id: str
    project: str
    location: str
    model_id: str = ""
    version: int | None = None
    upload: Upload | None = None
    endpoint_id: str = ""
    change: EndpointChange | None = None
    create_time: float
    update_time: float
    done: bool = False
    error_status: str = ""
    error_message: str = ""

    @property
    def resource(self) -> str:
        """What it is about, within its location."""
        return f"endpoints/{self.endpoint_id}" if self.change else f"models/{self.model_id}"

    @property
    def method(self) -> str:
        """The method of EndpointService that began it."""
        return self.change.method if self.change else ""

    @property
    def deployed_model(self) -> dict[str, Any]:
        """What it is to deploy."""
        return self.change.deployed_model if self.change else {}


class Operations:
    """Operations by id; `effect` is what one does when its time has come."""

    def __init__(
        self,
        env: Environment,
        due: Due,
        projects: Projects,
        effect: Callable[[Operation, float], None],
    ) -> None:
        self._env = env
        self._due = due
        self._projects = projects
        self._effect = effect
        self._operations: dict[str, Operation] = {}
        self.next_id = _FIRST_ID

    def start(self, place: LocationName, **task: Any) -> Operation:
        """Begin something; it takes effect `operation_latency` later, or the latency of its own."""
        now = self._env.clock.time()
        operation = Operation(
            id=str(self.next_id),
            project=self._projects.resolve(place.project),
            location=place.location,
            create_time=now,
            update_time=now,
            **task,
        )
        self.next_id += 1
        self._operations[operation.id] = operation
        self._await(operation)
        return operation

    def get(self, name: OperationName) -> Operation:
        """The operation of that name."""
        for operation in self.listed(name):
            if operation.id == name.id:
                return operation
        raise not_found(f"Operation {name.id!r} does not exist.")  # assumed: the text

    def listed(self, place: LocationName) -> list[Operation]:
        """The operations of a region, oldest first."""
        wanted = (self._projects.resolve(place.project), place.location)
        return [
            item for item in self._operations.values() if (item.project, item.location) == wanted
        ]

    def running(self, *methods: str) -> list[Operation]:
        """The changes of endpoints that have still to end, by these methods."""
        items = self._operations.values()
        return [item for item in items if item.method in methods and not item.done]

    def forget(self, operation: Operation) -> None:
        """Drop the record of an operation."""
        self._operations.pop(operation.id, None)

    def dump(self) -> list[dict[str, Any]]:
        """The operations as JSON."""
        return [asdict(operation) for operation in self._operations.values()]

    def load(self, operations: list[dict[str, Any]], catalog: Catalog) -> None:
        """Replace all; what was under way goes on."""
        loaded = [_operation(item, catalog) for item in operations]
        self._operations = {operation.id: operation for operation in loaded}
        self.next_id = max([_FIRST_ID, *(int(item.id) + 1 for item in loaded)])
        for operation in loaded:
            if not operation.done:
                self._await(operation)

    def _await(self, operation: Operation) -> None:
        due = operation.create_time + self._latency(operation)
        what = operation.method or ("upload" if operation.upload else "delete")
        name = operation.resource.partition("/")[2]
        label = f"vertex operation {operation.id}: {what} {name}"
        self._due.add(due, label, lambda now: self._finish(operation, now))

    def _latency(self, operation: Operation) -> float:
        settings = self._env.settings
        own = {"DeployModel": settings.deploy_latency, "UndeployModel": settings.undeploy_latency}
        return own.get(operation.method, settings.operation_latency)

    def _finish(self, operation: Operation, now: float) -> None:
        if self._operations.get(operation.id) is not operation:
            return
        try:
            self._effect(operation, now)
        except ServiceError as error:
            operation.error_status, operation.error_message = error.status, error.message
        operation.done, operation.update_time = True, now


def _operation(data: dict[str, Any], catalog: Catalog) -> Operation:
    upload = build(Upload, data["upload"]) if data.get("upload") else None
    change = _change(data["change"], catalog) if data.get("change") else None
    return build(Operation, {**data, "upload": upload, "change": change})


def _change(data: dict[str, Any], catalog: Catalog) -> EndpointChange:
    change = build(EndpointChange, data)
    times = {"create_time": 0.0}
    if change.method == "CreateEndpoint":
        build(Endpoint, {**change.endpoint, **times, "update_time": 0.0})
    elif change.method == "DeployModel":
        model = build(DeployedModel, {**change.deployed_model, **times}).model
        change.deployed_model["model"] = numbered_name(model, catalog)
    elif change.method not in {"UndeployModel", "DeleteEndpoint"}:
        raise invalid(f"There is no operation of {change.method!r}.")
    return change
