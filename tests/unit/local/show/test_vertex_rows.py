from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import RenderableType

from local.people.expectations import Serving, Version
from local.show.vertex_rows import endpoint_rows, registry_rows

Printed = Callable[[RenderableType], list[str]]

FIRST = Version(name="d-m@1", aliases=("default", "eu-test"), labels={"team": "growth"})
SECOND = Version(name="d-m@2", aliases=("default",))
OTHER = Version(name="d-other@1", aliases=("default",))


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
    printed: Printed, before: tuple[Version, ...], now: tuple[Version, ...], expected: list[str]
) -> None:
    assert printed(registry_rows(now, before)) == expected


ALONE = Serving(endpoint="shop", shares={"d-m@2": 100})
SHARED = Serving(endpoint="shop", shares={"d-m@1": 30, "d-m@2": 70})
EMPTY = Serving(endpoint="shop")
ELSEWHERE = Serving(endpoint="other", shares={"d-m@1": 100})


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param((), (SHARED,), ["shop d-m@2 70 %, d-m@1 30 %"], id="new"),
        pytest.param(
            (SHARED,), (ALONE,), ["shop d-m@2 70 %, d-m@1 30 % -> d-m@2 100 %"], id="another split"
        ),
        pytest.param((ALONE,), (EMPTY,), ["shop d-m@2 100 % -> empty"], id="emptied"),
        pytest.param((ALONE,), (ALONE,), ["as before: 1 endpoint"], id="as before"),
        pytest.param(
            (ELSEWHERE, SHARED),
            (ELSEWHERE, ALONE),
            ["shop d-m@2 70 %, d-m@1 30 % -> d-m@2 100 %", "as before: 1 other"],
            id="one of two",
        ),
        pytest.param((ALONE,), (), ["shop d-m@2 100 % -> gone"], id="gone"),
    ],
)
def test_endpoints_are_shown_with_what_they_served_before(
    printed: Printed, before: tuple[Serving, ...], now: tuple[Serving, ...], expected: list[str]
) -> None:
    assert printed(endpoint_rows(now, before)) == expected
