"""What others change meanwhile, what shows late, what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import LABELLED, TOPIC, settle


def test_the_model_is_read_again_when_it_changes_under_our_hands() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def relabel() -> None:
        del google.before["models.patch"]
        google.models[CHURN] = a_model(labels={}, etag="e2")

    google.before["models.patch"] = relabel

    outcome = settle(google)

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.versions == {}


def test_a_model_that_never_holds_still_comes_again_later() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    numbers = itertools.count()

    def touch() -> None:
        google.models[CHURN] = a_model(labels=LABELLED, etag=f"touched-{next(numbers)}")

    google.before["models.patch"] = touch

    with pytest.raises(RetryableError) as raised:
        settle(google)

    assert raised.value.reason is Reason.CONCURRENT_CHANGE


def test_the_root_error_is_not_hidden_by_an_announcement_that_fails_too() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def refuse(detail: str) -> Callable[[], None]:
        def happen() -> None:
            raise PermanentError(Reason.PERMISSION_DENIED, detail)

        return happen

    google.before["models.patch"] = refuse("no updateMetadata")
    google.before["Publish"] = refuse("no such topic")

    with pytest.raises(PermanentError) as raised:
        settle(google)

    assert raised.value.detail.startswith("no updateMetadata")
    assert "no such topic" in raised.value.detail


def test_what_only_a_person_can_mend_is_announced_as_failed() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "bigquery.models.updateMetadata")

    google.before["models.patch"] = refuse

    with pytest.raises(PermanentError) as raised:
        settle(google)

    (message,) = google.published[TOPIC]
    assert (raised.value.context.model, raised.value.context.rule) == (
        str(CHURN),
        "production-models",
    )
    assert message.attributes["ce-rule"] == "production-models"
    assert message.attributes["ce-type"] == "bqml.registrar.model.v1.failed"
    assert message.attributes["ce-reason"] == "PERMISSION_DENIED"


def test_a_delivery_that_fails_before_it_decides_again_names_the_rule_that_it_decided_by() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def change_and_fail_then() -> None:
        google.before["models.get"] = fail
        raise StaleError

    def fail() -> None:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    google.before["models.patch"] = change_and_fail_then

    with pytest.raises(RetryableError) as raised:
        settle(google)

    assert raised.value.context.rule == "production-models"
