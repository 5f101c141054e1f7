"""Applying plans on the fakes: the order of the steps, and lost races. Crashes: test_attempt_schedules."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import Stored
from bqml_registrar.errors import StaleError
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import Plan, plan_rejection
from tests.builders import CHURN, a_decision, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.applying import a_world, an_application, apply, store
from tests.unit.registration.deliveries import announced, document, types
from tests.unit.registration.planned import MEANS, NEW, planned


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, {"team": "growth"}, id="no change"),
        pytest.param({"stage": "prod"}, {"team": "growth", "stage": "prod"}, id="one more"),
        pytest.param({"team": "ml"}, {"team": "ml"}, id="another value"),
        pytest.param({"team": None}, {}, id="taken away"),
        pytest.param({"stage": None}, {"team": "growth"}, id="was not there"),
    ],
)
def test_labels_are_set_or_taken_away_and_others_stay(
    changes: Mapping[str, str | None], expected: dict[str, str]
) -> None:
    assert merged({"team": "growth"}, changes) == expected


ORDER = ["UpdateModel", "MergeVersionAliases", "Commit", "Publish", "Commit"]


def test_a_change_is_written_down_first_then_made_then_fixed_then_announced_then_settled() -> None:
    google = a_world()

    apply(google, planned())

    assert [call for call in google.calls if call != "GetDocument"] == ["Commit", *ORDER]
    assert document(google).transitions == ()
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_what_an_earlier_delivery_wrote_down_is_not_written_down_again() -> None:
    google = a_world()
    plan = planned()
    store(google, plan.planned)

    apply(google, planned(document=plan.planned))

    assert [call for call in google.calls if call != "GetDocument"] == ORDER


def test_labels_alone_need_nothing_to_be_written_down() -> None:
    google = a_world("prod")
    plan = planned(
        version=google.versions[a_version().name], document=replace(NEW, vertex=a_version().name)
    )

    apply(google, plan)

    assert [call for call in google.calls if call != "GetDocument"] == ["UpdateModel", "Commit"]
    assert types(google) == []


def test_a_plan_that_is_done_calls_nothing() -> None:
    google = a_world()
    plan = planned()
    apply(google, plan)
    again = planned(
        version=google.versions[a_version().name],
        document=document(google),
        model=google.models[CHURN],
    )

    application = an_application(google)
    apply(google, again, application)

    assert google.calls == []


def test_the_model_that_is_registered_now_is_given_back_for_a_plan_of_its_version() -> None:
    google = FakeGoogle(a_model())
    plan = planned(version=a_version(aliases=()), model=a_model())

    registered = an_application(google).apply(plan, a_model())

    assert registered is not None
    assert registered.registered_as == "prod_sales-churn"
    assert document(google).transitions == plan.planned.transitions
    assert types(google) == []


def test_a_plan_that_another_one_has_to_follow_is_done_and_then_stale() -> None:
    google = a_world("prod")
    version = google.versions[a_version().name]
    written = planned(version=a_version())
    store(google, written.planned)
    plan = planned(a_decision(aliases=()), version, written.planned)

    with pytest.raises(StaleError):
        apply(google, plan)

    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]
    assert document(google).transitions == ()


# Refusals.


def a_refusal(google: FakeGoogle) -> Plan:
    stored = google.documents.get(CHURN, Stored()).document
    refusal = Reject(Reason.REMOTE_MODEL, "production-models")
    return plan_rejection(google.models[CHURN], refusal, stored or NEW, MEANS)


def test_a_refusal_is_announced_once_and_stored_before_it_is_told() -> None:
    google = FakeGoogle(a_model())

    apply(google, a_refusal(google))
    calls = list(google.calls)
    apply(google, a_refusal(google))

    assert calls == ["GetDocument", "Commit", "Publish", "Commit"]
    assert google.calls == ["GetDocument"]
    assert types(google) == ["model.v1.rejected"]


def test_a_refusal_whose_settling_was_lost_is_announced_again_under_the_same_id() -> None:
    google = FakeGoogle(a_model())
    plan = a_refusal(google)
    store(google, plan.effected)  # type: ignore[union-attr]

    apply(google, a_refusal(google))
    google.documents.clear()
    store(google, plan.effected)  # type: ignore[union-attr]
    apply(google, a_refusal(google))

    assert len(announced(google)) == 2
    assert len(set(announced(google))) == 1


def test_the_rest_of_a_registration_is_applied_before_its_refusal_is_planned_anew() -> None:
    google = a_world()
    refusal = replace(a_refusal(google), first=planned())

    with pytest.raises(StaleError):
        apply(google, refusal)

    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


# The line of release 0.4.0 in the description that versions share.

LINE = "[bqml-registrar 83e2ef6d: 01ddff__1793611800000__1__eu]"


def with_a_line(google: FakeGoogle) -> RegistrationPlan:
    parent = a_version().name.at("")
    google.parents[parent] = f"By hand\n{LINE}"
    return planned(version=google.registry.get(a_version().name))


def test_the_line_of_release_0_4_0_goes_and_peoples_words_stay() -> None:
    google = a_world()

    apply(google, with_a_line(google))

    assert google.parents == {a_version().name.at(""): "By hand"}


def test_a_description_that_a_person_changed_meanwhile_is_left_alone() -> None:
    google = a_world()
    plan = with_a_line(google)
    google.parents[a_version().name.at("")] = f"By another hand\n{LINE}"

    apply(google, plan)

    assert google.parents == {a_version().name.at(""): f"By another hand\n{LINE}"}


def test_a_registry_model_that_is_gone_meanwhile_is_stale() -> None:
    google = a_world()
    plan = with_a_line(google)
    google.before["GetModel"] = google.versions.clear

    with pytest.raises(StaleError):
        apply(google, plan)
