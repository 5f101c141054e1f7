"""Labels that lead from a version back to its model, and those that do not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import labelled_model, name_label, source_digest
from bqml_registrar.bookkeeping.versions import VersionLabels
from tests.builders import CHURN
from tests.model_names import MODEL_IDS


@given(MODEL_IDS)
def test_a_name_is_a_valid_label_and_two_names_never_one(part: str) -> None:
    mark = name_label(part)

    assert re.fullmatch(r"[a-z0-9_-]{1,63}", mark)
    assert mark == part or mark.startswith("sha256-")
    assert name_label(mark) != mark or not mark.startswith("sha256-")


def of(dataset: str, model: str) -> dict[str, str]:
    name = replace(CHURN, dataset=dataset, model=model)
    return VersionLabels(
        source=source_digest(name), of_dataset=name_label(dataset), of_model=name_label(model)
    ).as_labels()


def test_the_labels_of_a_version_lead_back_to_its_bigquery_model() -> None:
    assert labelled_model(of(CHURN.dataset, CHURN.model), CHURN.project) == CHURN


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"team": "growth"},
        of("prod_sales", "Churn"),
        of("prod_sales", "ग्राहक"),
        of("d" * 64, "churn"),
        of("prod_sales", "sha256-1"),
        {**of("prod_sales", "churn"), "bqml-registrar-of-model": "visits"},
        {**of("prod_sales", "churn"), "bqml-registrar-of-model": ""},
    ],
    ids=[
        "none",
        "others",
        "capital",
        "another script",
        "long",
        "like a digest",
        "changed by a person",
        "emptied",
    ],
)
def test_labels_that_do_not_tell_for_sure_lead_nowhere(labels: dict[str, str]) -> None:
    assert labelled_model(labels, CHURN.project) is None
