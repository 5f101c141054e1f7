"""Long-running operations: the deletions and uploads that the registry has been asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.cloud import Environment
from emulator.errors import ServiceError, not_found
from emulator.vertex.due import Due
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


@dataclass(kw_only=True)
class Operation:
    """The deletion of a model, or of one version of it, or else an upload.

    `version` of an upload is the one that it made; `error_status` tells how an operation failed.
    """

    id: str
    project: str
    location: str
    model_id: str
    version: int | None = None
    upload: Upload | None = None
    create_time: float
    update_time: float
    done: bool = False
    error_status: str = ""
    error_message: str = ""


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

    def start(
        self,
        place: LocationName,
        model_id: str,
        *,
        version: int | None = None,
        upload: Upload | None = None,
    ) -> Operation:
        """Begin a deletion or an upload; it takes effect `operation_latency` later."""
        now = self._env.clock.time()
        operation = Operation(
            id=str(self.next_id),
            project=self._projects.resolve(place.project),
            location=place.location,
            model_id=model_id,
            version=version,
            upload=upload,
            create_time=now,
            update_time=now,
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

    def forget(self, operation: Operation) -> None:
        """Drop the record of an operation."""
        self._operations.pop(operation.id, None)

    def dump(self) -> list[dict[str, Any]]:
        """The operations as JSON."""
        return [asdict(operation) for operation in self._operations.values()]

    def load(self, operations: list[dict[str, Any]]) -> None:
        """Replace all; what was under way goes on."""
        loaded = [_operation(item) for item in operations]
        self._operations = {operation.id: operation for operation in loaded}
        self.next_id = max([_FIRST_ID, *(int(item.id) + 1 for item in loaded)])
        for operation in loaded:
            if not operation.done:
                self._await(operation)

    def _await(self, operation: Operation) -> None:
        due = operation.create_time + self._env.settings.operation_latency
        what = "upload" if operation.upload else "delete"
        label = f"vertex operation {operation.id}: {what} {operation.model_id}"
        self._due.add(due, label, lambda now: self._finish(operation, now))

    def _finish(self, operation: Operation, now: float) -> None:
        if self._operations.get(operation.id) is not operation:
            return
        try:
            self._effect(operation, now)
        except ServiceError as error:
            operation.error_status, operation.error_message = error.status, error.message
        operation.done, operation.update_time = True, now


def _operation(data: dict[str, Any]) -> Operation:
    upload = build(Upload, data["upload"]) if data.get("upload") else None
    return build(Operation, {**data, "upload": upload})
