"""Resource names of Vertex AI: projects/P/locations/L[/models/M[@VERSION]], and of operations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.errors import invalid

_PLACE = r"projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
_LOCATION = re.compile(_PLACE)
_MODEL = re.compile(_PLACE + r"/models/(?P<model_id>[^/@]+)(?:@(?P<suffix>[^/@]+))?")
_OPERATION = re.compile(_PLACE + r"(?:/models/[^/@]+)?/operations/(?P<id>[^/]+)")
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_MODEL_ID = re.compile(r"[a-z_][a-z0-9_-]{0,62}")


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
class OperationName(LocationName):
    """A long-running operation; a model's id in the name says nothing that the id does not."""

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


def parse_location(text: str) -> LocationName:
    """A `parent`."""
    return LocationName(**_parts(_LOCATION, "Location", text))


def parse_model(text: str) -> ModelName:
    """A model's or a version's name."""
    return ModelName(**_parts(_MODEL, "Model", text))


def parse_operation(text: str) -> OperationName:
    """An operation's name, with or without the model in it."""
    return OperationName(**_parts(_OPERATION, "Operation", text))


def _parts(pattern: re.Pattern[str], kind: str, text: str) -> dict[str, str]:
    found = pattern.fullmatch(text)
    if not found:
        # assumed: the text.
        raise invalid(f"Invalid {kind} resource name: {text!r}.")
    check_region(found["location"])
    return found.groupdict()
