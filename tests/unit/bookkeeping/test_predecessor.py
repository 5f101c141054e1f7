from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.predecessor import Memory, memorable
from bqml_registrar.registration.apply import merged
from tests.builders import CHURN

ALIASES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,40}[a-z0-9]", fullmatch=True)
MEMORIES = st.builds(
    Memory,
    generation=st.integers(min_value=1, max_value=10**14).map(str),
    version=st.sampled_from(["", "1", "23"]),
    aliases=st.lists(ALIASES, unique=True, max_size=8).map(tuple),
)
OTHER = replace(CHURN, model="churn_eu")


def labels_of(memory: Memory) -> dict[str, str]:
    return merged({}, memory.changes(CHURN, {}))


@given(MEMORIES)
def test_a_memory_is_read_back_from_valid_labels_as_it_was_written(memory: Memory) -> None:
    labels = labels_of(memory)

    assert Memory.read(CHURN, labels) == memory
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())


@given(before=MEMORIES, after=MEMORIES)
def test_a_later_memory_leaves_nothing_of_an_earlier_one(before: Memory, after: Memory) -> None:
    labels = labels_of(before)

    labels = merged(labels, after.changes(CHURN, labels))

    assert Memory.read(CHURN, labels) == after
    assert after.changes(CHURN, labels) == {}


@given(MEMORIES)
def test_an_empty_memory_clears_everything(memory: Memory) -> None:
    labels = labels_of(memory)

    assert merged(labels, Memory().changes(CHURN, labels)) == {}


@given(ours=MEMORIES, theirs=MEMORIES)
def test_models_that_share_a_registry_model_remember_apart(ours: Memory, theirs: Memory) -> None:
    labels = merged(labels_of(ours), theirs.changes(OTHER, {}))

    assert Memory.read(CHURN, labels) == ours
    assert Memory.read(OTHER, labels) == theirs


@given(memory=MEMORIES, before=st.sampled_from(["", "Churn, retrained weekly", "two\nlines"]))
def test_a_memory_is_read_back_from_a_description_that_keeps_its_own_text(
    memory: Memory, before: str
) -> None:
    description = memory.in_description(CHURN, before)

    assert Memory.read_line(CHURN, description) == memory
    assert description.startswith(before)
    assert memory.in_description(CHURN, description) == description
    assert Memory().in_description(CHURN, description) == before


@given(ours=MEMORIES, theirs=MEMORIES)
def test_models_that_share_a_registry_model_remember_apart_in_its_description(
    ours: Memory, theirs: Memory
) -> None:
    description = theirs.in_description(OTHER, ours.in_description(CHURN, "text"))

    assert Memory.read_line(CHURN, description) == ours
    assert Memory.read_line(OTHER, description) == theirs


def test_a_description_that_would_grow_too_long_is_left_as_it_is() -> None:
    full = "x" * 3990

    assert Memory(generation="1", aliases=("eu",)).in_description(CHURN, full) == full


MANY = tuple(f"alias-{number:03}-{'x' * 50}" for number in range(40))


def test_aliases_for_which_there_is_no_room_are_left_out_and_that_is_remembered() -> None:
    read = Memory.read(CHURN, labels_of(Memory(generation="1", version="2", aliases=MANY)))

    assert read.aliases == MANY[: len(read.aliases)]
    assert 6 <= len(read.aliases) < 40
    assert read.is_partial


@pytest.mark.parametrize(("others", "chunks"), [(53, 8), (58, 3), (61, 0), (64, 0)])
def test_a_memory_takes_only_the_labels_that_are_left(others: int, chunks: int) -> None:
    labels = {f"label-{number}": "x" for number in range(others)}

    changes = Memory(generation="1", version="2", aliases=MANY).changes(CHURN, labels)

    assert len(changes) == chunks
    assert len(merged(labels, changes)) + 3 <= 64 or not chunks


TEXT = labels_of(Memory(generation="1", version="2", aliases=MANY))


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
    assert Memory.read(CHURN, TEXT) != Memory()
    assert Memory.read(CHURN, garbled) == Memory()


def test_what_the_registry_gives_or_a_rule_has_set_need_not_be_remembered() -> None:
    assert memorable(["default", "prod", "eu", "be-ta", "no good"], ["prod"]) == ("be-ta", "eu")
