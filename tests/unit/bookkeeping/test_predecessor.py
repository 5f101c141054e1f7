from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.predecessor import Predecessor, aliases_to_keep
from bqml_registrar.registration.apply import merged
from tests.builders import CHURN

ALIASES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,40}[a-z0-9]", fullmatch=True)
MEMORIES = st.builds(
    Predecessor,
    generation=st.integers(min_value=1, max_value=10**14).map(str),
    version=st.sampled_from(["", "1", "23"]),
    aliases=st.lists(ALIASES, unique=True, max_size=8).map(tuple),
)
OTHER = replace(CHURN, model="churn_eu")


def labels_of(memory: Predecessor) -> dict[str, str]:
    return merged({}, memory.changes(CHURN, {}))


@given(MEMORIES)
def test_a_memory_is_read_back_from_valid_labels_as_it_was_written(memory: Predecessor) -> None:
    labels = labels_of(memory)

    assert Predecessor.read(CHURN, labels) == memory
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())


@given(before=MEMORIES, after=MEMORIES)
def test_a_later_memory_leaves_nothing_of_an_earlier_one(
    before: Predecessor, after: Predecessor
) -> None:
    labels = labels_of(before)

    labels = merged(labels, after.changes(CHURN, labels))

    assert Predecessor.read(CHURN, labels) == after
    assert after.changes(CHURN, labels) == {}


@given(MEMORIES)
def test_an_empty_memory_clears_everything(memory: Predecessor) -> None:
    labels = labels_of(memory)

    assert merged(labels, Predecessor().changes(CHURN, labels)) == {}


@given(ours=MEMORIES, theirs=MEMORIES)
def test_models_that_share_a_registry_model_remember_apart(
    ours: Predecessor, theirs: Predecessor
) -> None:
    labels = merged(labels_of(ours), theirs.changes(OTHER, {}))

    assert Predecessor.read(CHURN, labels) == ours
    assert Predecessor.read(OTHER, labels) == theirs


@given(memory=MEMORIES, before=st.sampled_from(["", "Churn, retrained weekly", "two\nlines"]))
def test_a_memory_is_read_back_from_a_description_that_keeps_its_own_text(
    memory: Predecessor, before: str
) -> None:
    description = memory.in_description(CHURN, before)

    assert Predecessor.read_line(CHURN, description) == memory
    assert description.startswith(before)
    assert memory.in_description(CHURN, description) == description
    assert Predecessor().in_description(CHURN, description) == before


@given(ours=MEMORIES, theirs=MEMORIES)
def test_models_that_share_a_registry_model_remember_apart_in_its_description(
    ours: Predecessor, theirs: Predecessor
) -> None:
    description = theirs.in_description(OTHER, ours.in_description(CHURN, "text"))

    assert Predecessor.read_line(CHURN, description) == ours
    assert Predecessor.read_line(OTHER, description) == theirs


def test_a_description_that_would_grow_too_long_is_left_as_it_is() -> None:
    full = "x" * 3990

    assert Predecessor(generation="1", aliases=("eu",)).in_description(CHURN, full) == full


MANY = tuple(f"alias-{number:03}-{'x' * 50}" for number in range(40))


def test_aliases_for_which_there_is_no_room_are_left_out_and_that_is_remembered() -> None:
    read = Predecessor.read(
        CHURN, labels_of(Predecessor(generation="1", version="2", aliases=MANY))
    )

    assert read.aliases == MANY[: len(read.aliases)]
    assert 6 <= len(read.aliases) < 40
    assert read.is_partial


@pytest.mark.parametrize(("others", "chunks"), [(53, 8), (58, 3), (61, 0), (64, 0)])
def test_a_memory_takes_only_the_labels_that_are_left(others: int, chunks: int) -> None:
    labels = {f"label-{number}": "x" for number in range(others)}

    changes = Predecessor(generation="1", version="2", aliases=MANY).changes(CHURN, labels)

    assert len(changes) == chunks
    assert len(merged(labels, changes)) + 3 <= 64 or not chunks


TEXT = labels_of(Predecessor(generation="1", version="2", aliases=MANY))


@pytest.mark.parametrize(
    "garbled",
    [
        {key: value for key, value in TEXT.items() if not key.endswith("-2")},
        {key: value.replace("x", "y", 1) for key, value in TEXT.items()},
        dict.fromkeys(TEXT, "²__1"),
        dict.fromkeys(TEXT, ""),
    ],
    ids=["a part is missing", "a letter differs", "no number", "empty"],
)
def test_a_garbled_memory_counts_as_forgotten(garbled: dict[str, str]) -> None:
    assert Predecessor.read(CHURN, TEXT) != Predecessor()
    assert Predecessor.read(CHURN, garbled) == Predecessor()


def test_what_the_registry_gives_or_a_rule_has_set_need_not_be_remembered() -> None:
    assert aliases_to_keep(["default", "prod", "eu", "be-ta", "no good"], ["prod"]) == (
        "be-ta",
        "eu",
    )
