"""What the methods of google.longrunning.Operations do."""

from __future__ import annotations

import threading
from typing import Any

from google.longrunning import operations_pb2
from google.protobuf import empty_pb2

from emulator.errors import failed_precondition, invalid
from emulator.vertex import listing
from emulator.vertex.names import parse_operation, parse_operation_parent
from emulator.vertex.operation_messages import operation_message
from emulator.vertex.operations import Operation
from emulator.vertex.registry import Registry

LONGEST_WAIT = 30.0


class OperationApi:
    """Requests in, messages out; the registry holds the state."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._changed = threading.Condition(registry.env.lock)

    def get_operation(self, request: Any) -> Any:
        """The state of an operation."""
        return self._message(self._find(request.name))

    def list_operations(self, request: Any) -> Any:
        """The operations of a region, or of one model or endpoint."""
        if request.filter:
            raise invalid("Operations cannot be filtered here.")
        with self._registry.settled():
            parent = parse_operation_parent(request.name)
            found = self._registry.operations.listed(parent)
            items = [item for item in found if parent.resource in {None, item.resource}]
            rows, following = listing.page(
                items, request.page_size, request.page_token, (request.name,)
            )
            messages = [self._message(item) for item in rows]
            return operations_pb2.ListOperationsResponse(
                operations=messages, next_page_token=following
            )

    def wait_operation(self, request: Any) -> Any:
        """The state of an operation when it is done or the time is up."""
        timeout = (
            request.timeout.ToMicroseconds() / 1e6 if request.HasField("timeout") else LONGEST_WAIT
        )
        clock = self._registry.env.clock
        until = clock.time() + min(timeout, LONGEST_WAIT)
        with self._changed:
            while not (operation := self._find(request.name)).done and clock.time() < until:
                clock.wait(self._changed, until)
            return self._message(operation)

    def delete_operation(self, request: Any) -> Any:
        """Drop the record of an operation that is done."""
        with self._registry.settled():
            operation = self._find(request.name)
            if not operation.done:
                raise failed_precondition("The operation is still running.")  # assumed
            self._registry.operations.forget(operation)
        return empty_pb2.Empty()

    def cancel_operation(self, request: Any) -> Any:
        """Assumed: what was begun goes on; the method promises an effort only."""
        self._find(request.name)
        return empty_pb2.Empty()

    def _find(self, name: str) -> Operation:
        with self._registry.settled():
            return self._registry.operations.get(parse_operation(name))

    def _message(self, operation: Operation) -> Any:
        return operation_message(operation, self._registry.projects)
