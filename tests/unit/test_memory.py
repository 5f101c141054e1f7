from __future__ import annotations

import re

import pytest
from builders import CHURN
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.application import merged
from shared.memory import Memory, memorable, without_memory

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


def test_aliases_for_which_there_is_no_room_are_left_out_and_the_others_kept() -> None:
    many = tuple(f"alias-{number:03}-{'x' * 50}" for number in range(40))

    read = Memory.read(CHURN, labels_of(Memory(generation="1", version="2", aliases=many)))

    assert read.aliases == many[: len(read.aliases)]
    assert 7 <= len(read.aliases) < 40


@pytest.mark.parametrize(
    "text", ["", "x__1__prod", "__", "²__1"], ids=["empty", "no number", "nothing", "odd digit"]
)
def test_a_garbled_memory_counts_as_forgotten(text: str) -> None:
    (key, *_) = labels_of(Memory(generation="1"))

    assert Memory.read(CHURN, {key: text}) == Memory()


def test_what_the_registry_or_the_rule_gives_need_not_be_remembered() -> None:
    assert memorable(["default", "prod", "eu", "be-ta", "no good"], ["prod"]) == ("be-ta", "eu")


def test_memories_are_told_apart_from_a_versions_own_labels() -> None:
    labels = {"team": "growth", "bqml-registrar": "x", **labels_of(Memory(generation="1"))}

    assert without_memory(labels) == {"team": "growth", "bqml-registrar": "x"}
