from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.people.endpoints import split_with


@pytest.mark.parametrize(
    ("split", "share", "expected"),
    [
        pytest.param({}, 100, {"0": 100}, id="the first one"),
        pytest.param({}, 30, {"0": 100}, id="the first one has all the traffic whatever is said"),
        pytest.param({"7": 100}, 30, {"0": 30, "7": 70}, id="beside one"),
        pytest.param({"7": 80, "8": 20}, 50, {"0": 50, "7": 40, "8": 10}, id="in proportion"),
        pytest.param({"7": 80, "8": 20}, 100, {"0": 100}, id="instead of all others"),
    ],
)
def test_a_new_model_takes_its_share_from_all_others(
    split: dict[str, int], share: int, expected: dict[str, int]
) -> None:
    assert split_with(split, share) == expected


@given(
    others=st.lists(st.integers(1, 99), min_size=1, max_size=6).filter(lambda o: sum(o) < 100),
    share=st.integers(1, 100),
)
def test_a_split_adds_up_and_the_new_model_has_its_share_but_for_rounding(
    others: list[int], share: int
) -> None:
    shares = [*others, 100 - sum(others)]
    split = split_with({str(id_): part for id_, part in enumerate(shares, start=1)}, share)

    assert sum(split.values()) == 100
    assert abs(split["0"] - share) <= 1
