"""What became of transitions that an earlier delivery wrote down: the table of docs/state.md."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.transitions import Transition, TransitionState
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.registration.pending import Fates, Shown, fates
from tests.builders import a_decision, a_model, a_version
from tests.unit.registration.planned import REGISTERED, what_is_shown

UNREGISTERED = a_model()
ALIASED = a_version(aliases=("default", "prod"))
BARE = a_version()
ON_2, ON_3 = a_version("2", aliases=("prod",)), a_version("3", aliases=("prod",))
UNWANTED = a_decision(aliases=())
UNSURE = a_decision(aliases=(), aliases_known=False)


def a_transition(kind: EventType, **changes: object) -> Transition:
    known = Transition(
        id="id", kind=kind, generation=REGISTERED.generation, number=1, target="prod", is_ours=True
    )
    return replace(known, **changes)  # type: ignore[arg-type]


REGISTER = a_transition(EventType.MODEL_REGISTERED, target="", wanted="prod_sales-churn")
REPLACE = a_transition(EventType.MODEL_REPLACED, target="1", wanted="prod_sales-churn")
ASSIGN = a_transition(EventType.ALIAS_ASSIGNED)
ASSIGN_OVER_2 = replace(ASSIGN, before="2")
CARRY = a_transition(EventType.ALIAS_CARRIEDOVER)
REMOVE = a_transition(EventType.ALIAS_REMOVED, before="1")
ALL_LOST = a_transition(EventType.ALIAS_REMOVED, target="*", is_ours=False)
SEEN = a_transition(EventType.ALIAS_REJECTED, wanted="3", is_ours=False)


def fate_of(transition: Transition, shown: Shown) -> str:
    """The one group that the transition is in."""
    found = fates([transition], shown)
    names = [name for name in ("happened", "again", "unknown") if getattr(found, name)]
    assert len(names) <= 1
    return names[0] if names else "abandoned"


@pytest.mark.parametrize(
    ("transition", "shown", "fate"),
    [
        # The world shows what was wanted.
        pytest.param(REGISTER, what_is_shown(), "happened", id="registered"),
        pytest.param(REPLACE, what_is_shown(), "happened", id="replaced"),
        pytest.param(ASSIGN, what_is_shown(version=ALIASED), "happened", id="given"),
        pytest.param(
            ASSIGN, what_is_shown(UNWANTED, ALIASED), "happened", id="given, no longer decided"
        ),
        pytest.param(CARRY, what_is_shown(version=ALIASED), "happened", id="carried over"),
        pytest.param(REMOVE, what_is_shown(UNWANTED, BARE), "happened", id="taken away"),
        pytest.param(REMOVE, what_is_shown(version=BARE), "happened", id="taken, decided again"),
        # It shows what was before, and it is still decided.
        pytest.param(REGISTER, what_is_shown(model=UNREGISTERED), "again", id="not registered"),
        pytest.param(REPLACE, what_is_shown(model=UNREGISTERED), "again", id="not replaced"),
        pytest.param(ASSIGN, what_is_shown(version=BARE), "again", id="not given"),
        pytest.param(
            ASSIGN_OVER_2, what_is_shown(version=BARE, others=[ON_2]), "again", id="still on 2"
        ),
        pytest.param(CARRY, what_is_shown(UNWANTED, BARE), "again", id="not carried over"),
        pytest.param(REMOVE, what_is_shown(UNWANTED, ALIASED), "again", id="not taken away"),
        # It shows what was before, and something else is decided.
        pytest.param(
            REGISTER,
            what_is_shown(a_decision(model_id="other"), model=UNREGISTERED),
            "abandoned",
            id="not registered, another id decided",
        ),
        pytest.param(
            ASSIGN, what_is_shown(UNWANTED, BARE), "abandoned", id="not given, not decided"
        ),
        pytest.param(
            ASSIGN, what_is_shown(UNSURE, BARE), "abandoned", id="not given, and nobody is sure"
        ),
        pytest.param(
            REMOVE, what_is_shown(version=ALIASED), "abandoned", id="not taken away, decided again"
        ),
        pytest.param(
            REMOVE, what_is_shown(UNSURE, ALIASED), "abandoned", id="not taken, nobody is sure"
        ),
        # It shows something else.
        pytest.param(
            REGISTER,
            what_is_shown(model=replace(REGISTERED, vertex_model_id="by-hand")),
            "unknown",
            id="registered elsewhere",
        ),
        pytest.param(
            ASSIGN, what_is_shown(version=BARE, others=[ON_3]), "unknown", id="on 3, was nowhere"
        ),
        pytest.param(
            ASSIGN_OVER_2, what_is_shown(version=BARE, others=[ON_3]), "unknown", id="on 3, was on 2"
        ),
        pytest.param(ASSIGN_OVER_2, what_is_shown(version=BARE), "unknown", id="nowhere, was on 2"),
        pytest.param(
            CARRY, what_is_shown(version=BARE, others=[ON_3]), "unknown", id="carried, on 3"
        ),
        pytest.param(
            REMOVE, what_is_shown(UNWANTED, BARE, [ON_3]), "unknown", id="to be taken, on 3"
        ),
        pytest.param(
            replace(ASSIGN, generation="1"), what_is_shown(version=ALIASED), "unknown", id="of another generation"
        ),
        # Nothing is to be done for it.
        pytest.param(SEEN, what_is_shown(), "happened", id="only seen"),
        pytest.param(ALL_LOST, what_is_shown(), "happened", id="all aliases lost"),
    ],
)  # fmt: skip
def test_what_became_of_a_planned_transition(
    transition: Transition, shown: Shown, fate: str
) -> None:
    assert fate_of(transition, shown) == fate


WORLDS: list[Callable[[], Shown]] = [
    what_is_shown,
    lambda: what_is_shown(UNWANTED, ALIASED),
    lambda: what_is_shown(version=BARE, others=[ON_3]),
    lambda: what_is_shown(model=UNREGISTERED),
]
EACH = [REGISTER, REPLACE, ASSIGN, ASSIGN_OVER_2, CARRY, REMOVE, ALL_LOST, SEEN]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("transition", EACH, ids=lambda each: each.kind)
def test_what_was_effected_is_announced_whatever_the_world_shows(
    transition: Transition, world: Callable[[], Shown]
) -> None:
    effected = replace(transition, state=TransitionState.EFFECTED, event="{}", generation="1")

    assert fates([effected], world()).happened == (effected,)


@given(st.lists(st.sampled_from(EACH), max_size=6), st.sampled_from(WORLDS))
def test_what_is_kept_keeps_its_number_and_is_in_the_order_in_which_it_was_decided(
    transitions: list[Transition], world: Callable[[], Shown]
) -> None:
    numbered = [replace(each, number=number) for number, each in enumerate(transitions)]

    found = fates(numbered, world())

    assert [each.number for each in found.kept] == sorted(each.number for each in found.kept)
    assert set(found.kept) == {*found.happened, *found.again}
    assert not {*found.kept} & {*found.unknown}
    assert {*found.kept, *found.unknown} <= {*numbered}


def test_the_aliases_of_the_kept_transitions_are_found_by_their_kind() -> None:
    eu = replace(REMOVE, target="eu")
    found = Fates(happened=(ASSIGN,), again=(eu,), unknown=(replace(ASSIGN, target="next"),))

    assert found.targets(EventType.ALIAS_ASSIGNED) == {"prod"}
    assert found.targets(EventType.ALIAS_ASSIGNED, EventType.ALIAS_REMOVED) == {"prod", "eu"}


def test_what_is_of_another_generation_is_only_to_be_announced() -> None:
    earlier = replace(ASSIGN, generation="1")
    found = Fates(happened=(earlier, ASSIGN), again=(REMOVE,), unknown=(earlier,))

    own = found.of(ASSIGN.generation)

    assert own == Fates(happened=(ASSIGN,), again=(REMOVE,))
    assert found.of("2") == Fates()
