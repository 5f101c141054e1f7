"""BigQuery jobs as values."""

from __future__ import annotations

from msgspec import Struct

from bqml_registrar.names import DatasetName, ModelName


class JobStatement(Struct, frozen=True, kw_only=True):
    """What a query job was asked to do; `sql` is read but never logged or published."""

    sql: str
    default_project: str
    default_dataset: DatasetName | None = None
    destination: ModelName | None = None
