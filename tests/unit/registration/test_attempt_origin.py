"""The use case on fakes, where a rule needs the creating job and that is not found."""

from __future__ import annotations

from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import Match
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_model, a_policy, a_rule
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import JOB, LABELLED, settle

BY_JOB = a_policy(
    a_rule(match=Match(fields={"creator": Condition(("ana@*",))}, labels=a_rule().match.labels)),
    label_sources=(Source.MODEL, Source.JOB),
)


def test_a_model_that_does_not_ask_is_left_alone_where_its_job_is_not_found() -> None:
    google = FakeGoogle(a_model())

    outcome = settle(google, BY_JOB)

    assert (outcome.decision, outcome.reason) == ("skipped", Reason.ORIGIN_UNKNOWN)
    assert (outcome.rule, outcome.announced) == ("production-models", ())
    assert outcome.detail == "needs the creating job for labels.vertex, creator"
    assert google.models[CHURN] == a_model()
    assert google.published == {}


def test_a_model_that_asks_is_told_once_that_its_job_is_not_found() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    first, second = settle(google, BY_JOB), settle(google, BY_JOB)

    assert (first.decision, first.reason) == ("rejected", Reason.ORIGIN_UNKNOWN)
    assert (first.announced, second.announced) == (("model.v1.rejected",), ())


def registered_by_job() -> FakeGoogle:
    """A model that a label of its creating job had registered; the job is not found any more."""
    google = FakeGoogle(a_model())
    origin = Origin(job=JOB, creator="ana@example.com", labels=LABELLED)
    google.jobs.append((JOB, CHURN, origin))
    settle(google, BY_JOB)
    google.jobs.clear()
    return google


def test_a_registered_model_keeps_what_its_remembered_job_decided() -> None:
    google = registered_by_job()
    before = google.models[CHURN]
    google.calls.clear()

    outcome = settle(google, BY_JOB)

    assert (outcome.decision, outcome.announced) == ("registered", ())
    assert google.models[CHURN] == before
    assert google.calls == ["models.get", "GetDocument", "GetModel"]


def test_of_a_registered_model_nothing_follows_where_its_job_is_neither_found_nor_remembered() -> (
    None
):
    google = registered_by_job()
    before = google.models[CHURN]
    google.documents.clear()

    outcome = settle(google, BY_JOB)

    assert (outcome.decision, outcome.reason) == ("skipped", Reason.ORIGIN_UNKNOWN)
    assert outcome.announced == ()
    assert google.models[CHURN] == before
