from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.names import JobName
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Skip
from bqml_registrar.policy.facts import OriginUnknown, Source
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, CREATED, a_model, a_policy
from tests.fakes.google import FakeGoogle

JOB = JobName(project="analytics-dev", job="job_1")
ANA = Origin(job=JOB, creator="ana@example.com", labels={"run": "7"})


@pytest.mark.parametrize(
    ("source", "created_by", "call"),
    [
        pytest.param(Source.MODEL, None, "models.get", id="the model"),
        pytest.param(Source.JOB, JOB, "jobs.get", id="the job that the event names"),
        pytest.param(Source.JOB, None, "jobs.list", id="the job that no event names"),
        pytest.param(Source.DATASET, None, "datasets.get", id="the dataset"),
    ],
)
def test_each_source_is_one_call(source: Source, created_by: JobName | None, call: str) -> None:
    google = FakeGoogle(a_model())
    reader = FactReader(google, CHURN, created_by)
    reader.read(Source.MODEL)
    google.calls.clear()

    reader.read(source)

    assert google.calls == [call]


def test_what_was_read_stays_known() -> None:
    model = a_model(modified=CREATED)
    google = FakeGoogle(model)
    google.jobs.append((JOB, CHURN, ANA))
    google.datasets[CHURN.dataset] = {"team": "growth"}
    reader = FactReader(google, CHURN, JOB)

    for source in (Source.MODEL, Source.JOB, Source.DATASET):
        reader.read(source)

    facts = reader.facts
    assert (facts.model, facts.origin, facts.dataset_labels) == (model, ANA, {"team": "growth"})


def test_the_name_is_the_one_that_bigquery_answers_with() -> None:
    google = FakeGoogle(a_model())
    google.ignoring_case.add(CHURN.dataset)
    reader = FactReader(google, replace(CHURN, model="CHURN"), None)

    reader.read(Source.MODEL)

    assert reader.facts.name == CHURN


def test_a_job_that_is_not_found_is_known_to_be_lost() -> None:
    reader = FactReader(FakeGoogle(a_model()), CHURN, None)
    reader.read(Source.MODEL)

    reader.read(Source.JOB)

    assert reader.facts.origin is OriginUnknown.NOT_FOUND


def test_of_a_model_that_is_gone_nothing_else_is_read() -> None:
    google = FakeGoogle()
    reader = FactReader(google, CHURN, JOB)
    reader.read(Source.MODEL)

    reader.read(Source.JOB)

    assert reader.facts.model is None
    assert google.calls == ["models.get", "models.get"]


def test_a_question_about_a_model_that_is_gone_is_answered_after_one_call() -> None:
    google = FakeGoogle()
    reader = FactReader(google, CHURN)

    answer = reader.until_known(lambda facts: decide(a_policy(), facts))

    assert answer == Skip(Reason.MODEL_GONE)
    assert reader.facts.is_gone
    assert google.calls == ["models.get"]


LOST = OriginUnknown.NOT_FOUND
BO = Origin(job=JOB, creator="bo@example.com", labels={})


@pytest.mark.parametrize(
    ("known", "created_by", "found"),
    [
        pytest.param(BO, None, BO, id="known"),
        pytest.param(BO, JOB, BO, id="known, and named"),
        pytest.param(LOST, None, LOST, id="known to be lost"),
        pytest.param(LOST, JOB, ANA, id="known to be lost, and named since"),
        pytest.param(None, None, ANA, id="not known"),
    ],
)
def test_what_is_known_of_an_origin_is_not_searched_for_again(
    known: Origin | OriginUnknown | None,
    created_by: JobName | None,
    found: Origin | OriginUnknown,
) -> None:
    google = FakeGoogle(a_model())
    google.jobs.append((JOB, CHURN, ANA))
    reader = FactReader(google, CHURN, created_by, known=lambda _: known)
    reader.read(Source.MODEL)
    google.calls.clear()

    reader.read(Source.JOB)

    assert reader.facts.origin == found
    assert bool(google.calls) is (found == ANA)
