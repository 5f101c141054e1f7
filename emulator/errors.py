"""Errors of the emulated services, in one form for REST and gRPC."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from google.protobuf.message import Message


@dataclass(eq=False)
class ServiceError(Exception):
    """A refusal as Google's services word it.

    `status` is the canonical code's name (google.rpc.Code); `reason` is the short string of
    BigQuery's error list (https://cloud.google.com/bigquery/docs/error-messages); `details` are
    the messages of google.rpc that go with some (https://google.aip.dev/193).
    """

    status: str
    message: str
    reason: str = ""
    http_status: int | None = None
    details: tuple[Message, ...] = ()

    def __str__(self) -> str:
        return self.message

    @property
    def http(self) -> int:
        """The HTTP status of REST answers."""
        return self.http_status or HTTP_STATUS[self.status]

    @property
    def grpc(self) -> grpc.StatusCode:
        """The status code of gRPC answers."""
        return grpc.StatusCode[self.status]


# https://cloud.google.com/apis/design/errors: canonical code -> HTTP mapping.
HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "UNAUTHENTICATED": 401,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
}


def not_found(message: str) -> ServiceError:
    """404 NOT_FOUND, reason notFound."""
    return ServiceError("NOT_FOUND", message, "notFound")


def invalid(message: str, reason: str = "invalid") -> ServiceError:
    """400 INVALID_ARGUMENT."""
    return ServiceError("INVALID_ARGUMENT", message, reason)


def already_exists(message: str) -> ServiceError:
    """409 ALREADY_EXISTS, reason duplicate."""
    return ServiceError("ALREADY_EXISTS", message, "duplicate")


def failed_precondition(message: str, reason: str = "failedPrecondition") -> ServiceError:
    """400 FAILED_PRECONDITION."""
    return ServiceError("FAILED_PRECONDITION", message, reason)


def unimplemented(method: str) -> ServiceError:
    """501 UNIMPLEMENTED that names the missing method: unknown calls fail loudly."""
    return ServiceError(
        "UNIMPLEMENTED", f"The local cloud does not implement {method}.", "notImplemented"
    )
