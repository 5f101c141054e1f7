"""Both filters of the sinks, over every sample and every kind of entry that the local cloud writes.

Real: the texts in terraform/filters, the local cloud's engine for them, a process of the local cloud,
official clients, the entries. Faked: nothing. What must come in is told by hand, by what was done; the
contract ring compares the filters with what the functions make of entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.audit.query import compile_filter
from local.cloud.servers import Addresses
from tests.terraform import filter_kinds as kinds
from tests.terraform.filter_acts import CIRCUMSTANCES
from tests.terraform.filter_cloud import AT_ONCE, Cloud, UntoldError
from tests.terraform.filter_happenings import Entry, Happening, Sieve, Tally
from tests.terraform.filter_samples import CHANGES, derived, samples, unlisted

FILTERS = Path(__file__).parents[2] / "terraform" / "filters"


def a_sieve(name: str, mark: str, *like: str) -> Sieve:
    passes = compile_filter((FILTERS / f"{name}.txt").read_text())
    return Sieve(name=name, passes=passes, mark=mark, like=frozenset(like))


SIEVES = (a_sieve("model_changes", "+", ""), a_sieve("refused_deletes", "!", "?", "~"))


class Ledger:
    """All acts in all circumstances: what they wrote, and whose entries nobody had told."""

    def __init__(self, addresses: Addresses) -> None:
        cloud = Cloud(addresses)
        self.told: list[Happening] = []
        self.untold: list[str] = []
        for circumstances in CIRCUMSTANCES:
            for act in circumstances.acts:
                try:
                    self.told += cloud.played(act, circumstances)
                except UntoldError as error:
                    self.untold.append(str(error))
        self.calls = cloud.calls()
        cloud.control.reset()

    @property
    def entries(self) -> list[Entry]:
        return [part for each in self.told for part in each.parts]


@pytest.fixture(scope="module")
def ledger(local_cloud: Addresses) -> Iterator[Ledger]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in local_cloud.env.items():
            patch.setenv(name, value)
        yield Ledger(local_cloud)


def test_each_act_writes_what_is_told_of_it(ledger: Ledger) -> None:
    assert not ledger.untold, "\n".join(ledger.untold)


@pytest.mark.parametrize("sieve", SIEVES, ids=lambda sieve: sieve.name)
def test_all_that_should_come_in_does_and_nothing_else(
    sieve: Sieve, ledger: Ledger, record_property: Callable[[str, object], None]
) -> None:
    """What is open counts in neither number: the next test is about that."""
    tally = Tally(sieve)
    for happening in (*ledger.told, *samples()):
        tally.take(happening)
    record_property("figures", f"{tally}, in {len(ledger.entries)} entries")

    assert (tally.precision, tally.recall) == (1.0, 1.0), tally.faults()


@pytest.mark.parametrize("sieve", SIEVES, ids=lambda sieve: sieve.name)
def test_no_part_comes_in_that_says_that_it_should_not(sieve: Sieve, ledger: Ledger) -> None:
    strays = [str(each) for each in ledger.told if each.told_and_in(sieve)]

    assert not strays


# What the numbers stand for.


def test_each_kind_of_change_and_refusal_is_there(ledger: Ledger) -> None:
    asked = {f"{each.event}{each.mark}" for each in ledger.told if each.mark in {"+", "!"}}
    model_events = {
        f"model{what}+" for what in ("Creation", "DataChange", "MetadataChange", "Deletion")
    }

    assert asked == {*model_events, "jobChange+", "jobChange!", "refused!"}


def test_every_sample_is_told(ledger: Ledger) -> None:
    assert not unlisted()
    assert derived() == CHANGES


SHAPES: dict[str, Callable[[Happening], bool]] = {
    "whole": lambda it: len(it.parts) == 1,
    "in parts": lambda it: len(it.parts) > 1,
    "of the old format": lambda it: it.old,
    "with a query that is cut": lambda it: "queryTruncated" in str(it.parts),
    "truncated": lambda it: "'queryConfig': {'queryTruncated'" in str(it.parts),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_entries_of_each_shape_are_there(
    shape: Callable[[Happening], bool], ledger: Ledger
) -> None:
    marks = {each.mark for each in ledger.told if shape(each)}

    assert marks >= ({""} if shape is SHAPES["of the old format"] else {"", "+", "!"})


@pytest.mark.parametrize(("what", "words"), kinds.written().items(), ids=kinds.written())
def test_every_word_that_the_local_cloud_can_write_was_written(
    what: str, words: set[str], ledger: Ledger
) -> None:
    assert words
    assert words - kinds.words_of(ledger.entries) == set(), what


def test_every_call_that_bigquery_serves_was_made(ledger: Ledger) -> None:
    made = {method.rpartition("v2.")[2] for method in ledger.calls}

    assert kinds.calls() - made == set()


def test_entries_are_written_in_one_place() -> None:
    """Services that begin to write entries have acts of their own here."""
    assert kinds.writers() == {"emulator/bigquery/audit_trail.py"}


def test_every_setting_that_may_matter_was_tried_with_all_its_values() -> None:
    tried = kinds.chosen(
        [
            AT_ONCE,
            *(each.settings for each in CIRCUMSTANCES),
            *(act.settings for each in CIRCUMSTANCES for act in each.acts),
        ]
    )
    left = {name: values - tried.get(name, set()) for name, values in kinds.choices().items()}

    assert kinds.choices().keys() == tried.keys()
    assert {name: values for name, values in left.items() if values} == {}
