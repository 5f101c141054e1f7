from __future__ import annotations

import io
from collections import Counter

import pytest
from rich.console import Console, RenderableType

from local.people.expectations import Serving, Told, Version
from local.people.function_log import Decision
from local.people.subscriber import Event
from local.show.event_rows import event_rows
from local.show.rows import decision_rows, endpoint_rows, pairs, registry_rows

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
        (
            Told("deployment.v1.undeployed", "d.m", "d-m@1", reason="UNDEPLOYED", about="shop"),
            "from shop UNDEPLOYED",
        ),
        (
            Told("deletion.v1.requested", "d.m", reason="RETIRING", about="14 days"),
            "d.m in 14 days RETIRING",
        ),
        (
            Told("deletion.v1.requested", "d.m", reason="CLEANUP_PLANNED"),
            "d.m CLEANUP_PLANNED",
        ),
        (
            Told("reconcile.v1.completed", "d", reason="DATASET_SWEPT", about="missed 1 of 3"),
            "d: missed 1 of 3 DATASET_SWEPT",
        ),
        (
            Told("reconcile.v1.driftdetected", "d.m", reason="MISSED_CHANGE"),
            "d.m MISSED_CHANGE",
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
    before: tuple[Serving, ...], now: tuple[Serving, ...], expected: list[str]
) -> None:
    assert printed(endpoint_rows(now, before)) == expected


def decision(reason: str, outcome: str = "blocked", detail: str = "") -> Decision:
    return Decision(
        model="d.m",
        outcome=outcome,
        reason=reason,
        rule="",
        meaning=f"About {reason}.",
        detail=detail,
        nothing_new=False,
        dry_run=False,
    )


def test_resources_of_a_detail_are_named_in_short() -> None:
    detail = (
        "endpoint projects/123/locations/us-central1/endpoints/shop: 1 of 1 leaves; "
        "model projects/p/datasets/d/models/m is deleted then"
    )
    rows = printed(decision_rows(Counter([decision("NOTIFY_ONLY", detail=detail)])))

    assert " ".join(rows).endswith("endpoint shop: 1 of 1 leaves; model d.m is deleted then")


def test_a_reason_is_explained_once_and_a_deletion_comes_after_what_led_to_it() -> None:
    found = Counter(
        [
            decision("MODEL_DELETED", "deleted"),
            decision("NOTIFY_ONLY", detail="first"),
            decision("NOTIFY_ONLY", detail="second"),
        ]
    )

    assert printed(decision_rows(found)) == [
        "d.m blocked NOTIFY_ONLY About NOTIFY_ONLY. first",
        "d.m blocked NOTIFY_ONLY second",
        "d.m deleted MODEL_DELETED About MODEL_DELETED.",
    ]


def test_a_label_without_a_value_is_taken_away() -> None:
    assert pairs({"stage": "prod", "vertex": None}.items()) == "stage=prod, vertex taken away"
