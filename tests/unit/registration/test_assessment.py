"""The assessment: quiet, whatever it finds, and the same that a delivery then applies."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from bqml_registrar.bookkeeping.model_document import Stored
from bqml_registrar.policy.decisions import Register, Reject, Skip
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.assessment import Assessor
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import RejectionPlan
from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.assessed import (
    a_subject,
    assess,
    came_registered,
    crashed_before_it_was_announced,
    labelled,
    registered,
    remote,
    replaced,
    taken,
    without_its_label,
)
from tests.unit.registration.deliveries import announced, settle

READS = {
    "models.get",
    "jobs.get",
    "jobs.list",
    "datasets.get",
    "GetModel",
    "ListModelVersions",
    "GetDocument",
}


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


def state(google: FakeGoogle) -> object:
    return google.models, google.versions, google.documents, google.published


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
    before = copy.deepcopy(state(google))

    found = assess(google, dry_run=dry_run)

    assert (type(found.decision), type(found.plan)) == (decision, plan or type(None))
    assert found.decision.reason is reason
    assert state(google) == before
    assert set(google.calls) <= READS


# Which version takes the place of one that is gone, only that version shows. What a real run has left
# unannounced is not a dry run's.
OTHERWISE = ("replaced", "not announced", "not announced, and its label is gone")


@pytest.mark.parametrize("name", [name for name in SCENES if name not in OTHERWISE])
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

    stored = google.documents.get(CHURN, Stored()).document
    assert found is None or found.is_done(stored)


def test_the_rule_of_a_decision_is_known_though_what_follows_fails() -> None:
    google = registered()
    assessor = Assessor(a_subject(google))

    def fail() -> None:
        raise ZeroDivisionError

    google.before["GetModel"] = fail
    with pytest.raises(ZeroDivisionError):
        assessor.assess()

    assert assessor.rule == "production-models"


def test_a_dry_run_announces_nothing_that_a_real_run_has_done() -> None:
    google = crashed_before_it_was_announced(still_labelled=False)
    seen = len(announced(google))

    settle(google, dry_run=True)

    assert [kind for kind, _ in announced(google)[seen:]] == ["model.v1.rejected"]
