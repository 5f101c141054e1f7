"""Lost races: another delivery has stored something when the effect of a plan is to be noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import AliasRecord, Giver, ModelDocument
from bqml_registrar.errors import StaleError
from bqml_registrar.registration.plan import RegistrationPlan
from tests.builders import a_decision, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.applying import a_world, an_application, apply, store
from tests.unit.registration.deliveries import document, types
from tests.unit.registration.planned import NEW, planned


def another_delivery(google: FakeGoogle, stored: ModelDocument) -> None:
    """It stores a document just before the second commit of ours, which notes the effect."""
    commits: list[int] = []

    def second_commit() -> None:
        commits.append(1)
        if len(commits) == 2:
            google.before.clear()
            store(google, stored)

    google.before["Commit"] = second_commit


GIVEN = AliasRecord(giver=Giver.RULE, is_decided=True)
KNOWN = replace(NEW, vertex=a_version().name, token="other")


def assign(google: FakeGoogle) -> RegistrationPlan:
    return planned(
        a_decision(shares_id=True),
        google.versions[a_version().name],
        others=[v for n, v in google.versions.items() if n.version != "1"],
    )


def withdraw(google: FakeGoogle) -> RegistrationPlan:
    store(google, replace(KNOWN, aliases={"prod": GIVEN}))
    return planned(a_decision(aliases=()), google.versions[a_version().name], document(google))


@pytest.mark.parametrize(
    ("google", "plan", "stored", "expected"),
    [
        pytest.param(
            a_world(), assign, KNOWN, {"1": {"default"}}, id="given, not decided: taken back"
        ),
        pytest.param(
            a_world(), assign, replace(KNOWN, aliases={"prod": GIVEN}), {"1": {"default", "prod"}}, id="given, decided: stays"
        ),
        pytest.param(
            a_world(beside="prod"), assign, KNOWN, {"1": {"default"}, "2": {"prod"}}, id="given, not decided: back to the version that had it"
        ),
        pytest.param(
            a_world("prod"), withdraw, replace(KNOWN, aliases={"prod": GIVEN}), {"1": {"default", "prod"}}, id="taken, decided: given back"
        ),
        pytest.param(a_world("prod"), withdraw, KNOWN, {"1": {"default"}}, id="taken, not decided: stays so"),
    ],
)  # fmt: skip
def test_what_a_later_decision_does_not_want_is_undone_and_not_announced(
    google: FakeGoogle,
    plan: Callable[[FakeGoogle], RegistrationPlan],
    stored: ModelDocument,
    expected: dict[str, set[str]],
) -> None:
    made = plan(google)
    another_delivery(google, stored)

    with pytest.raises(StaleError):
        apply(google, made)

    assert {n.version: set(v.aliases) for n, v in google.versions.items()} == expected
    assert types(google) == []
    assert document(google).is_same(stored)


def test_what_another_delivery_is_about_to_give_or_take_is_left_to_it() -> None:
    google = a_world()
    plan = assign(google)
    another_delivery(google, plan.planned)

    with pytest.raises(StaleError):
        apply(google, plan)

    assert "prod" in google.versions[a_version().name].aliases


def test_a_race_lost_before_the_first_effect_changes_nothing() -> None:
    google = a_world()
    application = an_application(google)
    store(google, KNOWN)

    with pytest.raises(StaleError):
        apply(google, planned(), application)

    assert google.calls == ["Commit"]
