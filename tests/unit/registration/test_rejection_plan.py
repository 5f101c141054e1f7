"""The plan by which a refusal is announced once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import Look, ModelDocument, buried, new_document
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.plan import Means
from bqml_registrar.registration.rejection_plan import (
    RejectionPlan,
    plan_rejection,
    plan_settlement,
    rejection_digest,
)
from tests.builders import CREATED, a_model
from tests.unit.registration.planned import MEANS, next_id, planned

EMPTY = new_document(a_model(), "epoch")


def a_refusal(reason: Reason = Reason.REMOTE_MODEL, detail: str = "it is remote") -> Reject:
    return Reject(reason=reason, rule="production-models", detail=detail)


def refused(
    document: ModelDocument = EMPTY, refusal: Reject | None = None, means: Means = MEANS
) -> RejectionPlan:
    return plan_rejection(a_model(), refusal or a_refusal(), document, means)


def told(plan: RejectionPlan) -> list[str]:
    """The types of what is announced."""
    return [each.kind for each in plan.effected.transitions]


def a_planned(kind: str = "alias.v1.assigned") -> ModelDocument:
    """A document in which something is planned, and did not happen as far as anybody knows."""
    return EMPTY.with_changes([Change(kind=kind, target="prod")], next_id)


def effected(document: ModelDocument) -> ModelDocument:
    return replace(document, transitions=tuple(t.effected("{}") for t in document.transitions))


def test_a_new_refusal_is_stored_with_its_event_before_and_settled_after_it() -> None:
    plan = refused()

    (transition,) = plan.effected.transitions
    assert transition.kind == "model.v1.rejected"
    assert transition.is_effected
    assert "REMOTE_MODEL" in transition.event
    assert plan.settled.transitions == ()
    assert plan.settled.rejection == rejection_digest(a_model(), a_refusal())


def test_a_refusal_that_was_announced_leaves_nothing_to_do() -> None:
    settled = refused().settled

    again = refused(settled)

    assert again.is_done(settled)
    assert not refused().is_done(None)


def test_a_refusal_that_a_crash_left_unannounced_keeps_its_event_and_its_id() -> None:
    first = refused()

    again = refused(first.effected)

    assert again.effected.transitions == first.effected.transitions
    assert not again.is_done(first.effected)


def test_another_refusal_and_the_first_one_again_have_ids_of_their_own() -> None:
    first = refused()
    second = refused(first.settled, a_refusal(Reason.ID_TAKEN))
    third = refused(second.settled)

    ids = [plan.effected.transitions[0].id for plan in (first, second, third)]
    assert len(set(ids)) == 3


def test_the_key_of_a_refusal_tells_which_came_before_it() -> None:
    first = refused()

    (second,) = refused(first.settled, a_refusal(Reason.ID_TAKEN)).effected.transitions

    digests = [
        rejection_digest(a_model(), a_refusal(reason))
        for reason in (Reason.REMOTE_MODEL, Reason.ID_TAKEN)
    ]
    assert second.id == f"{digests[0]}>{digests[1]}#2@epoch"


def test_what_has_happened_before_is_announced_first_and_what_was_planned_is_dropped() -> None:
    happened = effected(a_planned("model.v1.registered"))
    document = happened.with_changes([Change(kind="alias.v1.assigned", target="prod")], next_id)

    plan = refused(document)

    assert told(plan) == ["model.v1.registered", "model.v1.rejected"]


def test_the_labels_of_release_0_4_0_go_and_the_rules_label_stays() -> None:
    labels = {"bqml-registrar": "r", "bqml-registrar-rejected": "1-x", "team": "growth"}

    plan = plan_rejection(a_model(labels=labels), a_refusal(), EMPTY, MEANS)

    assert plan.model_labels == {"bqml-registrar-rejected": None}
    assert not plan.is_done(plan.settled)


def test_a_model_that_is_there_again_is_not_gone_any_more() -> None:
    gone = buried(EMPTY, CREATED, CREATED)

    settled = refused(gone).settled

    assert (settled.gone_at, settled.expire_at) == (None, None)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        pytest.param(None, Look(policy="old", model="old"), id="an event"),
        pytest.param(Look(policy="p", model="m"), Look(policy="p", model="m"), id="a sweep"),
    ],
)
def test_only_a_sweep_changes_what_is_kept_of_the_last_look(
    look: Look | None, expected: Look
) -> None:
    document = replace(EMPTY, look=Look(policy="old", model="old"))

    assert refused(document, means=Means(new_id=next_id, look=look)).settled.look == expected


def test_the_rest_of_a_registration_keeps_the_refusal_from_being_done() -> None:
    settled = refused().settled

    assert not replace(refused(settled), first=planned()).is_done(settled)


# What a model is left with that no rule names any more.


def test_of_a_model_that_nobody_asks_for_what_has_happened_is_announced_and_the_rest_dropped() -> (
    None
):
    happened = effected(a_planned("model.v1.rejected"))
    document = happened.with_changes([Change(kind="model.v1.registered")], next_id)

    plan = plan_settlement(a_model(), document)

    assert told(plan) == ["model.v1.rejected"]
    assert plan.settled.transitions == ()
    assert plan_settlement(a_model(), plan.settled).is_done(plan.settled)


# The digest.


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        pytest.param(rejection_digest(a_model(), a_refusal()), True, id="the same"),
        pytest.param(rejection_digest(a_model(), a_refusal(detail="x")), False, id="detail"),
        pytest.param(
            rejection_digest(a_model(), a_refusal(Reason.ID_TAKEN)), False, id="reason"
        ),
        pytest.param(
            rejection_digest(a_model(), replace(a_refusal(), rule="r")), False, id="rule"
        ),
        pytest.param(
            rejection_digest(a_model(created=CREATED + timedelta(hours=1)), a_refusal()),
            False,
            id="generation",
        ),
    ],
)  # fmt: skip
def test_two_refusals_are_one_if_all_that_people_see_is_the_same(
    other: str, *, is_one: bool
) -> None:
    assert (rejection_digest(a_model(), a_refusal()) == other) is is_one


def test_that_no_rule_names_a_model_is_one_refusal_whichever_condition_fails() -> None:
    digests = {
        rejection_digest(a_model(), a_refusal(Reason.LABEL_REMOVED, detail)) for detail in "ab"
    }

    assert len(digests) == 1


def test_a_refusal_announced_by_release_0_4_0_is_the_same_today() -> None:
    labelled = a_model(labels={"vertex": "register", "stage": "prod", "team": "growth"})
    remote = Reject(reason=Reason.REMOTE_MODEL, rule="production-models")

    # As in the label that it wrote: 1-4a69a62b4737c68d.
    assert rejection_digest(labelled, remote) == "4a69a62b4737c68d"
