"""The facts of a model that rules depend on, read source by source and only as far as needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum

from msgspec import Struct

from bqml_registrar.names import ModelName
from bqml_registrar.resources.models import BigQueryModel, Origin


class Source(StrEnum):
    """What can be read of a model, one API call each."""

    MODEL = "model"
    JOB = "job"
    DATASET = "dataset"


class OriginUnknown(Enum):
    """The creating job was searched, and is not in the history."""

    NOT_FOUND = "not found"


class KnownOrigin(Struct, frozen=True, kw_only=True):
    """What was already found out of the origin of the model that was created at that time."""

    created: datetime
    origin: Origin | OriginUnknown


class Facts(Struct, frozen=True, kw_only=True):
    """A model's name, and what has been read of it so far (None: not read).

    `is_gone`: there is no such model (any more).
    """

    name: ModelName
    model: BigQueryModel | None = None
    is_gone: bool = False
    origin: Origin | OriginUnknown | None = None
    dataset_labels: Mapping[str, str] | None = None


class NeededError(Exception):
    """A question cannot be answered before `source` is read."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.source = source


class OriginUnknownError(Exception):
    """A question is about the creating job, which is not found; `needed` says for what."""

    def __init__(self, needed: str = "") -> None:
        super().__init__(needed)
        self.needed = needed


def model_of(facts: Facts) -> BigQueryModel:
    """The model; NeededError until it is read."""
    if facts.model is None:
        raise NeededError(Source.MODEL)
    return facts.model


def origin_of(facts: Facts) -> Origin:
    """The creating job; NeededError until it is read, OriginUnknownError if it was not found."""
    model_of(facts)  # a job is found by the model's location and creation time
    if facts.origin is None:
        raise NeededError(Source.JOB)
    if isinstance(facts.origin, OriginUnknown):
        raise OriginUnknownError
    return facts.origin


def labels_of(facts: Facts, source: Source) -> Mapping[str, str]:
    """The labels of one source; NeededError until it is read."""
    if source is Source.MODEL:
        return model_of(facts).labels
    if source is Source.JOB:
        return origin_of(facts).labels
    if facts.dataset_labels is None:
        raise NeededError(Source.DATASET)
    return facts.dataset_labels
