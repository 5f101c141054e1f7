"""Traffic splits: what those that leave had goes to those that stay, in proportion, to the percent."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.cleanup.planning.traffic import NoSplit, equal_shares, redistributed, shares_by

IDS = [str(number) for number in range(1, 9)]
WEIGHTS = st.dictionaries(st.sampled_from(IDS), st.integers(0, 100))


@st.composite
def splits(draw: st.DrawFn) -> dict[str, int]:
    """Any split of 100 over up to eight ids, zeros among them; or none."""
    ids = draw(st.lists(st.sampled_from(IDS), unique=True))
    cuts = draw(st.lists(st.integers(0, 100), min_size=len(ids), max_size=len(ids)))
    edges = [0, *sorted(cuts)[1:], 100]
    return {id_: edges[place + 1] - edges[place] for place, id_ in enumerate(ids)}


NEW_SPLITS: dict[str, tuple[dict[str, int], list[str], list[str], dict[str, int] | NoSplit]] = {
    "in proportion": ({"1": 50, "2": 30, "3": 20}, ["1"], ["2", "3"], {"2": 60, "3": 40}),
    "the largest remainder gets what is over": (
        {"1": 10, "2": 44, "3": 46},
        ["1"],
        ["2", "3"],
        {"2": 49, "3": 51},
    ),
    "of equal remainders the first id": (
        {"1": 40, "2": 20, "3": 20, "4": 20},
        ["1"],
        ["4", "3", "2"],
        {"2": 34, "3": 33, "4": 33},
    ),
    "who stays without traffic stays without": ({"1": 50, "2": 50}, ["1"], ["2", "3"], {"2": 100}),
    "a zero in the split is no traffic": (
        {"1": 50, "2": 50, "3": 0},
        ["1"],
        ["2", "3"],
        {"2": 100},
    ),
    "two leave": ({"1": 20, "2": 30, "3": 50}, ["1", "2"], ["3"], {"3": 100}),
    "who is not deployed any more is ignored": (
        {"1": 50, "2": 20, "9": 30},
        ["1"],
        ["2"],
        {"2": 100},
    ),
    "who leaves has no traffic": ({"2": 100}, ["1"], ["2"], NoSplit.NOT_NEEDED),
    "who leaves has a zero": ({"1": 0, "2": 100}, ["1"], ["2"], NoSplit.NOT_NEEDED),
    "no traffic at all": ({}, ["1"], ["2"], NoSplit.NOT_NEEDED),
    "all that stay have none": ({"1": 100}, ["1"], ["2", "3"], NoSplit.REST_WITHOUT_TRAFFIC),
    "all that stay have a zero": ({"1": 100, "2": 0}, ["1"], ["2"], NoSplit.REST_WITHOUT_TRAFFIC),
    "one alone leaves": ({"1": 100}, ["1"], [], NoSplit.NOT_NEEDED),
    "all leave, all to the last": ({"1": 40, "2": 60}, ["1", "2"], [], {"2": 100}),
    "all leave, the last has it all": ({"2": 100}, ["1", "2"], [], NoSplit.NOT_NEEDED),
    "all leave, none has any": ({}, ["1", "2"], [], NoSplit.NOT_NEEDED),
    "nobody leaves": ({"1": 100}, [], ["1"], NoSplit.NOT_NEEDED),
    "nobody is there": ({}, [], [], NoSplit.NOT_NEEDED),
}


@pytest.mark.parametrize(
    ("traffic", "leaving", "staying", "expected"), NEW_SPLITS.values(), ids=NEW_SPLITS
)
def test_the_new_split_is_in_proportion_or_there_is_none(
    traffic: dict[str, int],
    leaving: list[str],
    staying: list[str],
    expected: dict[str, int] | NoSplit,
) -> None:
    assert redistributed(traffic, leaving, staying) == expected


ROLES = st.lists(st.sampled_from(["leaves", "stays", "gone"]), min_size=8, max_size=8)


def ids_that(role: str, roles: list[str]) -> list[str]:
    return [id_ for id_, has in zip(IDS, roles, strict=True) if has == role]


@given(traffic=splits(), roles=ROLES)
def test_a_new_split_sums_to_100_takes_all_from_who_leaves_and_nothing_from_who_stays(
    traffic: dict[str, int], roles: list[str]
) -> None:
    leaving, staying = ids_that("leaves", roles), ids_that("stays", roles)

    split = redistributed(traffic, leaving, staying)

    written = {} if isinstance(split, NoSplit) else split
    after = written or traffic
    assert sum(written.values()) == (100 if written else 0)
    assert set(written) <= (set(staying) or set(leaving[-1:]))
    assert all(after.get(id_, 0) >= traffic.get(id_, 0) for id_ in staying)


@given(traffic=splits(), roles=ROLES)
def test_there_is_a_new_split_exactly_where_there_is_traffic_to_move_and_somebody_to_take_it(
    traffic: dict[str, int], roles: list[str]
) -> None:
    leaving, staying = ids_that("leaves", roles), ids_that("stays", roles)
    moves = any(traffic.get(id_) for id_ in (leaving if staying else leaving[:-1]))
    stranded = moves and bool(staying) and not any(traffic.get(id_) for id_ in staying)

    split = redistributed(traffic, leaving, staying)

    assert (split is NoSplit.NOT_NEEDED) == (not moves)
    assert (split is NoSplit.REST_WITHOUT_TRAFFIC) == stranded


@given(weights=WEIGHTS, seed=st.randoms(use_true_random=False))
def test_shares_are_within_one_of_the_exact_ones_and_do_not_depend_on_the_order(
    weights: dict[str, int], seed: random.Random
) -> None:
    shuffled = dict(seed.sample(list(weights.items()), len(weights)))

    shares = shares_by(weights)

    total = sum(weights.values())
    exact = {id_: Fraction(weight * 100, total or 1) for id_, weight in weights.items()}
    assert sum(shares.values()) == (100 if total else 0)
    assert all(abs(shares.get(id_, 0) - exact[id_]) < 1 for id_ in weights)
    assert list(shares_by(shuffled).items()) == list(shares.items())


@given(WEIGHTS)
def test_who_weighs_more_gets_no_less(weights: dict[str, int]) -> None:
    shares = shares_by(weights)

    ordered = sorted(weights, key=lambda id_: (weights[id_], shares.get(id_, 0)))
    got = [shares.get(id_, 0) for id_ in ordered]
    assert got == sorted(got)


EQUAL = {
    "nobody": ([], {}),
    "one": (["7"], {"7": 100}),
    "three": (["3", "1", "2"], {"1": 34, "2": 33, "3": 33}),
}


@pytest.mark.parametrize(("ids", "expected"), EQUAL.values(), ids=EQUAL)
def test_equal_shares_differ_by_one_at_most(ids: list[str], expected: dict[str, int]) -> None:
    assert equal_shares(ids) == expected


def test_equal_shares_of_more_than_a_hundred_leave_some_without() -> None:
    shares = equal_shares(f"{number:03}" for number in range(120))

    assert set(shares.values()) == {1}
    assert len(shares) == 100
