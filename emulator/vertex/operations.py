"""Long-running operations: the deletions that the registry has been asked for."""

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


@dataclass(kw_only=True)
class Operation:
    """The deletion of a model, or of one version of it; `error_status` tells how it failed."""

    id: str
    project: str
    location: str
    model_id: str
    version: int | None = None
    create_time: float
    update_time: float
    done: bool = False
    error_status: str = ""
    error_message: str = ""


class Operations:
    """Operations by id; `delete` is what one does when its time has come."""

    def __init__(
        self,
        env: Environment,
        due: Due,
        projects: Projects,
        delete: Callable[[Operation, float], None],
    ) -> None:
        self._env = env
        self._due = due
        self._projects = projects
        self._delete = delete
        self._operations: dict[str, Operation] = {}
        self._next_id = _FIRST_ID

    def start(self, place: LocationName, model_id: str, version: int | None = None) -> Operation:
        """Begin a deletion; it takes effect `operation_latency` later."""
        now = self._env.clock.time()
        operation = Operation(
            id=str(self._next_id),
            project=self._projects.resolve(place.project),
            location=place.location,
            model_id=model_id,
            version=version,
            create_time=now,
            update_time=now,
        )
        self._next_id += 1
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
        loaded = [build(Operation, item) for item in operations]
        self._operations = {operation.id: operation for operation in loaded}
        self._next_id = max([_FIRST_ID, *(int(item.id) + 1 for item in loaded)])
        for operation in loaded:
            if not operation.done:
                self._await(operation)

    def _await(self, operation: Operation) -> None:
        due = operation.create_time + self._env.settings.operation_latency
        label = f"vertex operation {operation.id}: delete {operation.model_id}"
        self._due.add(due, label, lambda now: self._finish(operation, now))

    def _finish(self, operation: Operation, now: float) -> None:
        if self._operations.get(operation.id) is not operation:
            return
        try:
            self._delete(operation, now)
        except ServiceError as error:
            operation.error_status, operation.error_message = error.status, error.message
        operation.done, operation.update_time = True, now
