"""Resource names of Vertex AI: projects/P/locations/L, models and endpoints in it, and operations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.errors import invalid

_PLACE = r"projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
_LOCATION = re.compile(_PLACE)
_MODEL = re.compile(_PLACE + r"/models/(?P<model_id>[^/@]+)(?:@(?P<suffix>[^/@]+))?")
_ENDPOINT = re.compile(_PLACE + r"/endpoints/(?P<endpoint_id>[^/@]+)")
_PARENT = re.compile(_PLACE + r"(?:/(?P<resource>(?:models|endpoints)/[^/@]+))?")
_OPERATION = re.compile(_PLACE + r"(?:/(?:models|endpoints)/[^/@]+)?/operations/(?P<id>[^/]+)")
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_MODEL_ID = re.compile(r"[a-z_][a-z0-9_-]{0,62}")
_ENDPOINT_ID = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?|[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class LocationName:
    """A location of a project; the project is its id or its number, as the request says."""

    project: str
    location: str


@dataclass(frozen=True)
class ModelName(LocationName):
    """A model, or with a suffix one of its versions, by number or alias."""

    model_id: str
    suffix: str | None = None


@dataclass(frozen=True)
class EndpointName(LocationName):
    """An endpoint."""

    endpoint_id: str


@dataclass(frozen=True)
class OperationParent(LocationName):
    """What has operations: a location, or `models/M` or `endpoints/E` in it."""

    resource: str | None


@dataclass(frozen=True)
class OperationName(LocationName):
    """A long-running operation; a model or endpoint in the name says nothing that the id does not."""

    id: str


def check_region(location: str) -> None:
    """The registry lives in single regions; a multi-region such as US is refused."""
    if not _REGION.fullmatch(location):
        # assumed: the text.
        raise invalid(f"Location {location!r} is not a region that Vertex AI serves.")


def check_model_id(model_id: str) -> None:
    """Up to 63 of [a-z0-9_-], the first neither digit nor hyphen (UploadModelRequest.model_id)."""
    if not _MODEL_ID.fullmatch(model_id):
        # assumed: the text.
        raise invalid(
            f"Invalid model id {model_id!r}: up to 63 characters of [a-z0-9_-], "
            "the first one not a digit or a hyphen."
        )


def check_endpoint_id(endpoint_id: str) -> None:
    """The two forms of CreateEndpointRequest.endpoint_id: a letter first, or a number."""
    if not _ENDPOINT_ID.fullmatch(endpoint_id):
        # assumed: the text.
        raise invalid(
            f"Invalid endpoint id {endpoint_id!r}: either up to 63 characters of [a-z0-9-], the first "
            "a letter and the last no hyphen, or up to 9 digits without a leading zero."
        )


def parse_location(text: str) -> LocationName:
    """A `parent`."""
    return LocationName(**_parts(_LOCATION, "Location", text))


def parse_model(text: str) -> ModelName:
    """A model's or a version's name."""
    return ModelName(**_parts(_MODEL, "Model", text))


def parse_endpoint(text: str) -> EndpointName:
    """An endpoint's name."""
    return EndpointName(**_parts(_ENDPOINT, "Endpoint", text))


def parse_operation_parent(text: str) -> OperationParent:
    """The `name` of ListOperations."""
    return OperationParent(**_parts(_PARENT, "Operation parent", text))


def parse_operation(text: str) -> OperationName:
    """An operation's name, with or without the model or endpoint in it."""
    return OperationName(**_parts(_OPERATION, "Operation", text))


def _parts(pattern: re.Pattern[str], kind: str, text: str) -> dict[str, str]:
    found = pattern.fullmatch(text)
    if not found:
        # assumed: the text.
        raise invalid(f"Invalid {kind} resource name: {text!r}.")
    check_region(found["location"])
    return found.groupdict()
