from __future__ import annotations

from collections.abc import Iterable

import pytest

from local.playground.entries import GivenUpError, entries

CTRL_C = "^C"


def entered(lines: Iterable[str], told: list[str] | None = None) -> list[str]:
    left = iter(lines)

    def ask(_: str) -> str:
        try:
            line = next(left)
        except StopIteration:
            raise EOFError from None
        if line.endswith(CTRL_C):
            raise GivenUpError(line.removesuffix(CTRL_C))
        return line

    return list(entries(ask, (told if told is not None else []).append))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["SELECT 1;"], ["SELECT 1;"], id="a statement on one line"),
        pytest.param(["SELECT", "  1;  "], ["SELECT\n  1;  "], id="a statement on two lines"),
        pytest.param(["", "models", " state ;"], ["models", "state "], id="commands need no end"),
        pytest.param(["SELECT", "models;"], ["SELECT\nmodels;"], id="no command amid a statement"),
        pytest.param(["SELECT 1; SELECT 2;"], ["SELECT 1; SELECT 2;"], id="a script on one line"),
        pytest.param(["SELECT 1; -- one", "state"], ["SELECT 1; -- one", "state"], id="a comment"),
        pytest.param(["SELECT 1 -- one;", ";"], ["SELECT 1 -- one;\n;"], id="a ; in a comment"),
        pytest.param(["SELECT '--';", "state"], ["SELECT '--';", "state"], id="no comment: quoted"),
        pytest.param(["SELECT", "1^C", "state"], ["state"], id="ctrl-c gives up a statement"),
        pytest.param(["SELECT", "^C", "state"], ["state"], id="ctrl-c on an empty line amid one"),
        pytest.param(["DROP^C", "state"], ["state"], id="ctrl-c gives up a line"),
        pytest.param(["^C", "state"], [], id="ctrl-c on an empty prompt ends"),
    ],
)
def test_input_is_taken_as_a_whole(lines: list[str], expected: list[str]) -> None:
    assert entered(lines) == expected


def test_unfinished_sql_at_the_end_is_told_and_not_run() -> None:
    told: list[str] = []

    assert entered(["state", "DROP MODEL a.b", "-- or not"], told) == ["state"]
    assert told == ["Unfinished, not run (no ; at its end): DROP MODEL a.b"]
