"""What Google's services show late is waited for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bqml_registrar.errors import RetryableError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import LABELLED, settle


def test_a_version_that_shows_late_is_waited_for() -> None:
    google = FakeGoogle(a_model(labels=LABELLED), lag=3)

    outcome = settle(google)

    assert outcome.reason is Reason.RULE_MATCHED
    assert google.calls.count("GetModel") == 1 + 4


def test_a_version_that_never_shows_is_left_to_a_redelivery_that_finishes() -> None:
    google = FakeGoogle(a_model(labels=LABELLED), lag=25)
    with pytest.raises(RetryableError) as raised:
        settle(google)

    outcome = settle(google)

    assert raised.value.reason is Reason.REGISTRY_LAG
    assert outcome.announced == ("model.v1.registered", "alias.v1.assigned")


def test_a_model_replaced_while_its_version_is_awaited_is_decided_anew() -> None:
    google = FakeGoogle(a_model(labels=LABELLED), lag=10)

    def replaced() -> None:
        if google.calls.count("GetModel") == 3:
            google.models[CHURN] = a_model(labels={}, etag="new", created=datetime.now(UTC))

    google.before["GetModel"] = replaced

    outcome = settle(google)

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.calls.count("GetModel") == 3
