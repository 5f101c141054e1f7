"""The assessment: quiet, whatever it finds, and the same that a delivery then applies."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.policy.decisions import Register, Reject, Skip
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.assessment import Assessment, Assessor
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import RejectionPlan
from bqml_registrar.registration.visibility import VisibilityWait
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    a_context,
    announced,
    relabel,
    settle,
)

READS = {"models.get", "jobs.get", "jobs.list", "datasets.get", "GetModel", "ListModelVersions"}


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


SCENES: dict[str, tuple[Callable[[], FakeGoogle], type, type | None, Reason]] = {
    "no model": (FakeGoogle, Skip, None, Reason.MODEL_GONE),
    "no rule": (lambda: FakeGoogle(a_model()), Skip, None, Reason.NO_RULE_MATCHED),
    "to register": (labelled, Register, RegistrationPlan, Reason.RULE_MATCHED),
    "registered": (registered, Register, RegistrationPlan, Reason.RULE_MATCHED),
    "came registered": (came_registered, Register, RegistrationPlan, Reason.ALREADY_REGISTERED),
    "replaced": (replaced, Register, RegistrationPlan, Reason.RULE_MATCHED),
    "not announced": (
        lambda: crashed_before_it_was_announced(still_labelled=True),
        Register,
        RegistrationPlan,
        Reason.RULE_MATCHED,
    ),
    "not announced, and its label is gone": (
        lambda: crashed_before_it_was_announced(still_labelled=False),
        Reject,
        RejectionPlan,
        Reason.LABEL_REMOVED,
    ),
    "its label is gone": (without_its_label, Reject, RejectionPlan, Reason.LABEL_REMOVED),
    "remote": (remote, Reject, RejectionPlan, Reason.REMOTE_MODEL),
    "the id is taken": (taken, Reject, RejectionPlan, Reason.ID_TAKEN),
}
EACH = pytest.mark.parametrize(
    ("scene", "decision", "plan", "reason"), SCENES.values(), ids=SCENES.keys()
)


def assess(google: FakeGoogle, *, dry_run: bool = False) -> Assessment:
    context = a_context(google, dry_run=dry_run)
    return Assessor(FactReader(google, CHURN), VisibilityWait(google), context).assess()


@EACH
@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])
def test_an_assessment_decides_plans_and_changes_and_publishes_nothing(
    scene: Callable[[], FakeGoogle],
    decision: type,
    plan: type | None,
    reason: Reason,
    *,
    dry_run: bool,
) -> None:
    google = scene()
    google.calls.clear()
    before = copy.deepcopy((google.models, google.versions, google.parents, google.published))

    found = assess(google, dry_run=dry_run)

    assert (type(found.decision), type(found.plan)) == (decision, plan or type(None))
    assert found.decision.reason is reason
    assert (google.models, google.versions, google.parents, google.published) == before
    assert set(google.calls) <= READS


# Which version takes the place of one that is gone, only that version shows.
@pytest.mark.parametrize("name", [name for name in SCENES if name != "replaced"])
def test_what_a_dry_run_announces_is_what_the_real_run_announces_then(name: str) -> None:
    scene = SCENES[name][0]
    dry, real = scene(), scene()
    seen = len(announced(dry))

    settle(dry, dry_run=True)
    settle(real)

    foretold = [kind for kind, _ in announced(dry)[seen:]]
    assert foretold == [kind for kind, _ in announced(real)[seen:]]


@EACH
def test_after_a_delivery_nothing_is_left_to_do(
    scene: Callable[[], FakeGoogle], decision: type, plan: type | None, reason: Reason
) -> None:
    google = scene()
    settle(google)

    found = assess(google).plan

    if isinstance(found, RejectionPlan):
        assert (found.is_announced, found.first) == (True, None)
    else:
        assert found is None or found.is_empty


@pytest.mark.parametrize(
    ("dry_run", "events"),
    [
        pytest.param(False, [], id="the version that comes has a plan of its own"),
        pytest.param(True, ["model.v1.registered", "alias.v1.assigned"], id="no version comes"),
    ],
)
def test_a_model_that_is_not_registered_is_to_be_registered_first(
    *, dry_run: bool, events: list[str]
) -> None:
    plan = assess(labelled(), dry_run=dry_run).plan

    assert isinstance(plan, RegistrationPlan)
    assert (plan.register_as, plan.is_empty) == ("prod_sales-churn", False)
    assert [event.type.value for event in plan.events] == events


def test_what_is_left_of_a_registration_comes_before_its_refusal() -> None:
    plan = assess(crashed_before_it_was_announced(still_labelled=False)).plan

    assert isinstance(plan, RejectionPlan)
    assert isinstance(plan.first, RegistrationPlan)
    assert not plan.first.is_empty


def test_the_rule_of_a_decision_is_known_though_what_follows_fails() -> None:
    google = registered()
    assessor = Assessor(FactReader(google, CHURN), VisibilityWait(google), a_context(google))

    def fail() -> None:
        raise ZeroDivisionError

    google.before["GetModel"] = fail
    with pytest.raises(ZeroDivisionError):
        assessor.assess()

    assert assessor.rule == "production-models"


def test_a_dry_run_publishes_apart_what_a_real_run_publishes_apart() -> None:
    google = crashed_before_it_was_announced(still_labelled=False)
    google.calls.clear()

    settle(google, dry_run=True)

    assert google.calls.count("Publish") == 2
