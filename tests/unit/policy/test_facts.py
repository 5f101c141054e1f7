"""What is known of a model, and what is still to be read."""

from __future__ import annotations

from typing import Any

import pytest

from bqml_registrar.names import JobName
from bqml_registrar.policy.facts import (
    Facts,
    NeededError,
    OriginUnknown,
    OriginUnknownError,
    Source,
    labels_of,
    model_of,
    origin_of,
)
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_model

ANA = Origin(
    job=JobName(project="analytics-dev", job="job_1"),
    creator="ana@example.com",
    labels={"run": "7"},
)
KNOWN: dict[str, Any] = {
    "model": a_model(labels={"stage": "prod"}),
    "origin": ANA,
    "dataset_labels": {"team": "growth"},
}


def test_what_was_read_is_given() -> None:
    facts = Facts(name=CHURN, **KNOWN)

    assert model_of(facts) is KNOWN["model"]
    assert origin_of(facts) is ANA


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        (Source.MODEL, {"stage": "prod"}),
        (Source.JOB, {"run": "7"}),
        (Source.DATASET, {"team": "growth"}),
    ],
)
def test_each_source_has_its_labels_and_is_asked_for_until_then(
    source: Source, labels: dict[str, str]
) -> None:
    unread = Facts(name=CHURN, model=KNOWN["model"] if source is not Source.MODEL else None)
    with pytest.raises(NeededError) as needed:
        labels_of(unread, source)

    assert needed.value.source is source
    assert labels_of(Facts(name=CHURN, **KNOWN), source) == labels


def test_the_model_is_read_before_its_job_is_looked_for() -> None:
    with pytest.raises(NeededError) as needed:
        origin_of(Facts(name=CHURN))

    assert needed.value.source is Source.MODEL


def test_a_dataset_without_labels_counts_as_read() -> None:
    assert labels_of(Facts(name=CHURN, dataset_labels={}), Source.DATASET) == {}


def test_a_job_that_is_lost_is_not_asked_for_again() -> None:
    facts = Facts(name=CHURN, model=KNOWN["model"], origin=OriginUnknown.NOT_FOUND)

    with pytest.raises(OriginUnknownError):
        origin_of(facts)
    with pytest.raises(OriginUnknownError):
        labels_of(facts, Source.JOB)
