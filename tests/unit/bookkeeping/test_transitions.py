"""Transitions: their numbers, their ids, and what is fixed once they have happened."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.bookkeeping.transitions import (
    Change,
    Transition,
    TransitionState,
    numbered,
)

GENERATION = "1793611800000"
CHANGES = st.lists(
    st.builds(
        Change,
        kind=st.sampled_from(["alias.v1.assigned", "alias.v1.removed"]),
        target=st.sampled_from(["prod", "eu"]),
        before=st.sampled_from(["", "1"]),
        wanted=st.sampled_from(["", "2"]),
        is_ours=st.booleans(),
    ),
    max_size=8,
)


def transitions(
    changes: list[Change], *, epoch: str = "e", count: int = 0, dry_run: bool = False
) -> tuple[Transition, ...]:
    ids = (f"random-{number}" for number in itertools.count())
    new_id = None if dry_run else lambda: next(ids)
    return numbered(changes, GENERATION, epoch, count, new_id)


@given(CHANGES, st.integers(0, 100))
def test_changes_are_numbered_from_the_documents_count_on_and_nothing_of_them_is_lost(
    changes: list[Change], count: int
) -> None:
    made = transitions(changes, count=count)

    assert [each.number for each in made] == [*range(count + 1, count + 1 + len(changes))]
    assert [
        Change(kind=t.kind, target=t.target, before=t.before, wanted=t.wanted, is_ours=t.is_ours)
        for t in made
    ] == changes
    assert {(each.generation, each.state, each.event) for each in made} <= {
        (GENERATION, TransitionState.PLANNED, "")
    }


@given(CHANGES, CHANGES)
def test_no_two_changes_of_a_document_ever_share_an_id(
    first: list[Change], second: list[Change]
) -> None:
    for dry_run in (False, True):
        ids = [each.id for each in transitions([*first, *second], dry_run=dry_run)]
        assert len(set(ids)) == len(ids)


def test_a_change_of_ours_has_a_random_id_and_one_that_is_only_seen_a_key_of_what_was_seen() -> (
    None
):
    ours = Change(kind="alias.v1.assigned", target="prod")
    seen = Change(kind="model.v1.registered", before="a", wanted="b", is_ours=False)

    made, read = transitions([ours, seen], epoch="7f", count=4)

    assert made.id == "random-0"
    assert read.id == "a>b#6@7f"


def test_what_is_seen_again_after_the_document_was_lost_has_another_key() -> None:
    seen = Change(kind="model.v1.registered", is_ours=False)

    (before,), (after,) = (transitions([seen], epoch=epoch) for epoch in ("one", "two"))

    assert before.id != after.id


def test_a_dry_run_repeats_its_ids() -> None:
    changes = [Change(kind="alias.v1.assigned", target=alias) for alias in ("prod", "eu")]

    assert transitions(changes, dry_run=True) == transitions(changes, dry_run=True)


def test_what_an_event_says_is_fixed_when_its_change_has_happened() -> None:
    (planned,) = transitions([Change(kind="alias.v1.assigned")])

    effected = planned.effected("first")

    assert (planned.is_effected, effected.is_effected) == (False, True)
    assert effected.effected("second").event == "first"
    assert effected.id == planned.id
