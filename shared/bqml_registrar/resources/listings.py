"""Datasets and models as lists show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bqml_registrar.names import DatasetName, ModelName


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

    @property
    def generation(self) -> str:
        """What distinguishes it from others of its name: its creation time in milliseconds."""
        return str(int(self.created.timestamp() * 1000))


class ModelPage(Struct, frozen=True, kw_only=True):
    """One page of a dataset's models; `following` is the next one's token, or empty.

    `unreadable` are the names, in printable characters, of models that our types cannot hold.
    """

    models: tuple[ListedModel, ...]
    unreadable: tuple[str, ...] = ()
    following: str = ""
