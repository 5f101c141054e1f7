"""What an analyst does, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NewDataset:
    """datasets.insert."""

    name: str


@dataclass(frozen=True, slots=True)
class Sql:
    """A statement or a script, with the labels of its job."""

    text: str
    job_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Labels:
    """models.patch of a model's labels."""

    model: str
    labels: Mapping[str, str]


Step = NewDataset | Sql | Labels
