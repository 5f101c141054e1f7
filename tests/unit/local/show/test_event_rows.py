from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import RenderableType

from local.people.expectations import Told
from local.people.subscriber import Event
from local.show.event_rows import event_rows

Printed = Callable[[RenderableType], list[str]]


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
            "d-m@1 MODEL_DELETED",
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
def test_an_event_says_in_a_row_what_changed(printed: Printed, told: Told, expected: str) -> None:
    rows = printed(event_rows([Event(told=told, id="0123456789", ordering_key="")]))

    assert rows == [f"{told.type} {expected} id 01234567"]


def test_a_dry_run_is_marked(printed: Printed) -> None:
    told = Told("model.v1.registered", "d.m", "d-m", dry_run=True)
    rows = printed(event_rows([Event(told=told, id="0123456789", ordering_key="")]))

    assert rows == ["dry run model.v1.registered d-m RULE_MATCHED id 01234567"]
