"""A model and its version as release 0.4.0 left them, for the tests of what is read of that."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from bqml_registrar.bookkeeping.legacy import Takeover, taken_over
from bqml_registrar.bookkeeping.model_document import new_document
from bqml_registrar.resources.models import BigQueryModel, ModelVersion
from tests.builders import CREATED, a_model, a_version

GENERATION = "1793611800000"  # of a_model
ON_MODEL = {
    "bqml-registrar": "production-models",
    "bqml-registrar-generation": GENERATION,
    "bqml-registrar-memory-83e2ef6d-1": "01ddff__1793611800000__1___beta_-2__eu-test",
    "vertex": "register",
}
ON_VERSION = {
    "bqml-registrar": "83e2ef6d561baad4eaa1e593fe7971ec",
    "bqml-registrar-alias-prod": "1",
    "bqml-registrar-announced": "1",
    "bqml-registrar-of-dataset": "prod_sales",
    "bqml-registrar-of-model": "churn",
    "bqml-registrar-revision": "1",
    "team": "growth",
}
LINE = "[bqml-registrar 83e2ef6d: 01ddff__1793611800000__1___beta_-2__eu-test]"
NEXT = CREATED + timedelta(hours=1)


def registered(**changes: object) -> BigQueryModel:
    return a_model(
        **{
            "vertex_model_id": "prod_sales-churn",
            "vertex_version": "1",
            "labels": ON_MODEL,
            **changes,
        }
    )


def version(number: str = "1", **changes: object) -> ModelVersion:
    there = ("default", "prod", "eu-test", "Beta_2")
    return a_version(number, **{"labels": ON_VERSION, "aliases": there, **changes})


def takeover(model: BigQueryModel, of: ModelVersion | None = None) -> Takeover:
    taken = taken_over(model, of, new_document(model, "epoch"))
    assert taken is not None
    return taken


def checked(text: str) -> str:
    """The text after its digest, as 0.4.0 wrote it."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:6]}__{text}"
