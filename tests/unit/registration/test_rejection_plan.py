"""The plan by which a refusal is announced once."""

from __future__ import annotations

import pytest

from bqml_registrar.bookkeeping.rejections import REJECTED, RejectionLabel
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.rejection_plan import RejectionPlan, is_announced, plan_rejection
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import a_model


def a_refusal(reason: Reason = Reason.REMOTE_MODEL, detail: str = "it is remote") -> Reject:
    return Reject(reason=reason, rule="production-models", detail=detail)


def applied(plan: RejectionPlan) -> BigQueryModel:
    return a_model(labels={**plan.labels, **plan.announced_labels})


def test_a_new_refusal_is_numbered_before_and_noted_as_announced_after_its_event() -> None:
    plan = plan_rejection(a_model(), a_refusal())

    before, after = (
        RejectionLabel.read({REJECTED: labels[REJECTED]})
        for labels in (plan.labels, plan.announced_labels)
    )
    assert (before.count, before.announced) == (1, False)
    assert (after.count, after.digest, after.announced) == (1, before.digest, True)


def test_a_refusal_that_was_announced_leaves_nothing_to_do() -> None:
    plan = plan_rejection(applied(plan_rejection(a_model(), a_refusal())), a_refusal())

    assert (plan.is_announced, plan.labels) == (True, {})


def test_a_refusal_that_a_crash_left_pending_keeps_its_number_and_its_event() -> None:
    first = plan_rejection(a_model(), a_refusal())
    again = plan_rejection(a_model(labels=first.labels), a_refusal())

    assert (again.is_announced, again.labels) == (False, {})
    assert again.event.id == first.event.id


def test_another_refusal_of_the_same_model_has_the_next_number() -> None:
    first = plan_rejection(a_model(), a_refusal())
    second = plan_rejection(applied(first), a_refusal(Reason.ID_TAKEN))

    assert RejectionLabel.read(dict(second.labels)).count == 2
    assert second.event.id != first.event.id
    assert not is_announced(applied(first), a_refusal(Reason.ID_TAKEN))


@pytest.mark.parametrize(
    ("reason", "is_one"), [(Reason.LABEL_REMOVED, True), (Reason.REMOTE_MODEL, False)]
)
def test_that_no_rule_names_a_model_is_one_refusal_whichever_condition_fails(
    reason: Reason, *, is_one: bool
) -> None:
    digests = {
        plan_rejection(a_model(), a_refusal(reason, detail)).event.target for detail in ("a", "b")
    }

    assert (len(digests) == 1) is is_one
