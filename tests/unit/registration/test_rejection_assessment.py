"""What a rejected model needs: its refusal, after what an earlier delivery left of a registration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bqml_registrar.bookkeeping.model_document import Giver
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import RejectionPlan
from tests.fakes.google import FakeGoogle
from tests.unit.registration.assessed import (
    assess,
    crashed_before_it_was_announced,
    remote,
    without_its_label,
)
from tests.unit.registration.deliveries import alias_by_hand, document, settle


def test_what_is_left_of_a_registration_comes_before_its_refusal() -> None:
    plan = assess(crashed_before_it_was_announced(still_labelled=False)).plan

    assert isinstance(plan, RejectionPlan)
    assert isinstance(plan.first, RegistrationPlan)
    assert plan.first.effected.transitions


def test_the_refusal_of_a_registered_model_remembers_the_aliases_that_it_has_then() -> None:
    google = without_its_label()
    alias_by_hand(google, "eu-test")

    plan = assess(google).plan

    assert isinstance(plan, RejectionPlan)
    assert plan.settled.aliases["eu-test"].giver is Giver.PEOPLE


@pytest.mark.parametrize(
    "scene", [remote, without_its_label], ids=["never registered", "registered"]
)
def test_a_refusal_that_was_announced_is_not_announced_again(
    scene: Callable[[], FakeGoogle],
) -> None:
    google = scene()
    settle(google)

    plan = assess(google).plan

    assert isinstance(plan, RejectionPlan)
    assert plan.is_done(document(google))
