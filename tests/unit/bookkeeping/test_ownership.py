"""Our labels: where there is room for them, and which lead from a version back to its model."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import (
    MOST_LABELS,
    OWNER,
    labelled_model,
    leftovers,
    model_labels,
    name_label,
    version_labels,
)
from tests.builders import CHURN
from tests.model_names import MODEL_IDS


@given(MODEL_IDS)
def test_a_name_is_a_valid_label_and_two_names_never_one(part: str) -> None:
    mark = name_label(part)

    assert re.fullmatch(r"[a-z0-9_-]{1,63}", mark)
    assert mark == part or mark.startswith("sha256-")
    assert name_label(mark) != mark or not mark.startswith("sha256-")


def of(dataset: str, model: str) -> dict[str, str]:
    return version_labels(replace(CHURN, dataset=dataset, model=model))


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


@given(MODEL_IDS)
def test_the_labels_of_a_version_are_three_and_valid(model: str) -> None:
    labels = version_labels(replace(CHURN, model=model))

    assert len(labels) == 3
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())


def others(count: int) -> dict[str, str]:
    return {f"label-{number}": "x" for number in range(count)}


@pytest.mark.parametrize(
    ("labels", "rule", "changes"),
    [
        pytest.param({}, "r", {OWNER: "r"}, id="a new model"),
        pytest.param({OWNER: "r", "team": "growth"}, "r", {}, id="it is there"),
        pytest.param({OWNER: "old"}, "r", {OWNER: "r"}, id="another rule"),
        pytest.param({OWNER: "old"}, "", {}, id="no rule"),
        pytest.param({}, "", {}, id="no rule, no label"),
        pytest.param(
            {OWNER: "r", "bqml-registrar-swept": "x", "bqml-registrar-memory-0-1": "y"},
            "r",
            {"bqml-registrar-swept": None, "bqml-registrar-memory-0-1": None},
            id="of release 0.4.0",
        ),
        pytest.param(others(63), "r", {OWNER: "r"}, id="the last room"),
        pytest.param(others(64), "r", {}, id="no room"),
        pytest.param(
            {**others(63), "bqml-registrar-swept": "x"},
            "r",
            {"bqml-registrar-swept": None, OWNER: "r"},
            id="room that a leftover makes",
        ),
        pytest.param({**others(63), OWNER: "old"}, "r", {OWNER: "r"}, id="full, with ours"),
    ],
)
def test_a_model_gets_the_label_of_its_rule_where_there_is_room_and_loses_leftovers(
    labels: dict[str, str], rule: str, changes: dict[str, str | None]
) -> None:
    assert model_labels(labels, rule) == changes


@given(
    st.dictionaries(
        st.sampled_from([OWNER, f"{OWNER}-swept", f"{OWNER}-of-model", *others(70)]), st.just("x"),
        max_size=MOST_LABELS,
    )
)  # fmt: skip
def test_a_models_labels_never_exceed_what_bigquery_takes_and_keep_all_of_people(
    labels: dict[str, str],
) -> None:
    after = {**labels, **model_labels(labels, "r")}
    kept = {key for key, value in after.items() if value is not None}

    assert len(kept) <= MOST_LABELS
    assert {key for key in labels if not key.startswith(OWNER)} <= kept
    assert {key for key in kept if key.startswith(OWNER)} <= {OWNER}
    assert model_labels({key: after[key] or "" for key in kept}, "r") == {}


def test_keys_that_only_begin_alike_are_peoples_own() -> None:
    labels = {"bqml-registrar": "r", "bqml-registrars": "x", "my-bqml-registrar-x": "y"}

    assert leftovers(labels, (OWNER,)) == []
