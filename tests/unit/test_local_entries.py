from __future__ import annotations

from collections.abc import Iterable

import pytest

from local.entries import entries


def entered(lines: Iterable[str]) -> list[str]:
    left = iter(lines)

    def ask(_: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return list(entries(ask))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["SELECT 1;"], ["SELECT 1;"], id="a statement on one line"),
        pytest.param(["SELECT", "  1;  "], ["SELECT\n  1;  "], id="a statement on two lines"),
        pytest.param(["", "models", " state ;"], ["models", "state "], id="commands need no end"),
        pytest.param(["SELECT", "models;"], ["SELECT\nmodels;"], id="no command amid a statement"),
        pytest.param(["SELECT 1; SELECT 2;"], ["SELECT 1; SELECT 2;"], id="a script on one line"),
        pytest.param(["SELECT 1"], ["SELECT 1"], id="an unfinished statement at the end"),
    ],
)
def test_input_is_taken_as_a_whole(lines: list[str], expected: list[str]) -> None:
    assert entered(lines) == expected
