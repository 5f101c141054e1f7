"""What the sweep needs of the world besides `shared.ports`: lists, and settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.policy.facts import ModelVersion


class ListedDataset(Struct, frozen=True, kw_only=True):
    """A dataset as a list shows it."""

    name: DatasetName
    location: str


class ListedModel(Struct, frozen=True, kw_only=True):
    """A BigQuery ML model as `models.list` shows it: no etag, place, registration or expiration.

    Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/models/list
    """

    name: ModelName
    created: datetime
    modified: datetime
    model_type: str
    labels: Mapping[str, str]


class ModelPage(Struct, frozen=True, kw_only=True):
    """One page of a dataset's models; `following` is the next one's token, or empty."""

    models: tuple[ListedModel, ...]
    following: str = ""


class Lists(Protocol):
    """Lists of BigQuery's and of the registry's."""

    def datasets(self, project: str) -> Iterator[ListedDataset]:
        """All datasets of a project that are not hidden."""

    def models(self, dataset: DatasetName, page: str = "") -> ModelPage | None:
        """A page of a dataset's models, or None where there is no such dataset."""

    def registered(self, project: str, region: str, of_dataset: str = "") -> Iterator[ModelVersion]:
        """The default versions that carry our mark; of one dataset, by the mark of its name."""


class SweepPorts(Protocol):
    """Them, as a use case gets them."""

    @property
    def lists(self) -> Lists:
        """Lists of BigQuery's and of the registry's."""


class SweepSettings(Struct, frozen=True, kw_only=True):
    """What only the sweep needs: its projects, its topic, and how long an event may be on its way."""

    projects: tuple[str, ...]
    topic: str
    settle_seconds: int = 300
