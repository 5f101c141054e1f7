from __future__ import annotations

import io

import pytest
from rich.console import Console, RenderableType

from local.expectations import Told, Version
from local.rows import event_rows, pairs, registry_rows
from local.subscriber import Event

FIRST = Version(name="d-m@1", aliases=("default", "eu-test"), labels={"team": "growth"})
SECOND = Version(name="d-m@2", aliases=("default",))
OTHER = Version(name="d-other@1", aliases=("default",))


def printed(rows: RenderableType) -> list[str]:
    console = Console(file=io.StringIO(), width=86, color_system=None)
    with console.capture() as capture:
        console.print(rows)
    return [" ".join(line.split()) for line in capture.get().splitlines()]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Told("model.v1.registered", "d.m", "d-m@2"), "d-m@2 RULE_MATCHED"),
        (Told("model.v1.replaced", "d.m", "d-m@2", gone="d-m@1"), "d-m@2 for @1 RULE_MATCHED"),
        (
            Told("model.v1.replaced", "d.m", "d-m@2", gone="d-old@7"),
            "d-m@2 for d-old@7 RULE_MATCHED",
        ),
        (
            Told("model.v1.replaced", "d.m", "d-m@2"),
            "d-m@2 for one that nothing remembers RULE_MATCHED",
        ),
        (
            Told("alias.v1.carriedover", "d.m", "d-m@2", "eu-test"),
            "eu-test = d-m@2 RULE_MATCHED",
        ),
        (
            Told("alias.v1.removed", "d.m", "d-m@1", "prod", reason="ALIAS_WITHDRAWN"),
            "prod, from d-m@1 ALIAS_WITHDRAWN",
        ),
        (
            Told("alias.v1.removed", "d.m", "d-m@2", "*", reason="ALIASES_FORGOTTEN"),
            "all that nothing remembers ALIASES_FORGOTTEN",
        ),
        (
            Told("alias.v1.rejected", "d.m", "d-m@2", "eu-test", reason="ALIAS_MOVED"),
            "eu-test, not to d-m@2 ALIAS_MOVED",
        ),
        (Told("model.v1.deleted", "d.m", reason="MODEL_DELETED"), "d.m MODEL_DELETED"),
        (
            Told("model.v1.deleted", "d.m", gone="d-m@1", reason="MODEL_DELETED"),
            "d.m, d-m@1 MODEL_DELETED",
        ),
    ],
    ids=str,
)
def test_an_event_says_in_a_row_what_changed(told: Told, expected: str) -> None:
    rows = printed(event_rows([Event(told=told, id="0123456789", ordering_key="")]))

    assert rows == [f"{told.type} {expected} id 01234567"]


def test_a_dry_run_is_marked() -> None:
    told = Told("model.v1.registered", "d.m", "d-m", dry_run=True)
    rows = printed(event_rows([Event(told=told, id="0123456789", ordering_key="")]))

    assert rows == ["dry run model.v1.registered d-m RULE_MATCHED id 01234567"]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param((), (), ["empty"], id="empty"),
        pytest.param((), (OTHER,), ["d-other@1 default"], id="new"),
        pytest.param((OTHER,), (OTHER,), ["as before: 1 version"], id="as before"),
        pytest.param(
            (FIRST, OTHER),
            (SECOND, OTHER),
            ["d-m@2 default", "d-m@1 gone", "as before: 1 other"],
            id="replaced",
        ),
        pytest.param((FIRST, OTHER), (), ["d-m@1 gone", "d-other@1 gone"], id="all gone"),
    ],
)
def test_the_registry_is_shown_as_what_changed(
    before: tuple[Version, ...], now: tuple[Version, ...], expected: list[str]
) -> None:
    assert printed(registry_rows(now, before)) == expected


def test_a_label_without_a_value_is_taken_away() -> None:
    assert pairs({"stage": "prod", "vertex": None}.items()) == "stage=prod, vertex taken away"
