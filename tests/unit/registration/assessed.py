"""What an assessment may find: a model in each state, and the assessor of one delivery about it."""

from __future__ import annotations

import pytest

from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.registration.assessment import Assessor
from bqml_registrar.registration.subject import Assessment, Subject, Swept
from bqml_registrar.registration.visibility import VisibilityWait
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import LABELLED, a_context, relabel, settle


def labelled() -> FakeGoogle:
    return FakeGoogle(a_model(labels=LABELLED), lag=2)


def registered() -> FakeGoogle:
    google = labelled()
    settle(google)
    return google


def replaced() -> FakeGoogle:
    google = registered()
    google.replace(CHURN, LABELLED)
    return google


def came_registered() -> FakeGoogle:
    google = labelled()
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")
    return google


def crashed_before_it_was_announced(*, still_labelled: bool) -> FakeGoogle:
    google = labelled()

    def crash() -> None:
        raise ZeroDivisionError

    google.before["Publish"] = crash
    with pytest.raises(ZeroDivisionError):
        settle(google)
    google.before.clear()
    if not still_labelled:
        relabel(google, vertex=None)
    return google


def without_its_label() -> FakeGoogle:
    google = registered()
    relabel(google, vertex=None)
    return google


def remote() -> FakeGoogle:
    return FakeGoogle(a_model(labels=LABELLED, is_remote=True))


def taken() -> FakeGoogle:
    google = labelled()
    name = a_version().name
    google.versions[name] = a_version(labels={"bqml-registrar": "another"})
    return google


def assess(google: FakeGoogle, *, dry_run: bool = False) -> Assessment:
    return Assessor(a_subject(google, dry_run=dry_run)).assess()


def a_subject(google: FakeGoogle, *, dry_run: bool = False, sweep: Swept | None = None) -> Subject:
    return Subject(
        FactReader(google, CHURN),
        Memory(lambda: CHURN, google),
        VisibilityWait(google),
        a_context(google, dry_run=dry_run),
        sweep or Swept(),
    )
