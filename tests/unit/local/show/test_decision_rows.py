from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rich.console import RenderableType

from local.people.function_log import Decision
from local.show.decision_rows import decision_rows

Printed = Callable[[RenderableType], list[str]]


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


def test_resources_of_a_detail_are_named_in_short(printed: Printed) -> None:
    detail = (
        "endpoint projects/123/locations/us-central1/endpoints/shop: 1 of 1 leaves; "
        "model projects/p/datasets/d/models/ग्राहक is deleted then"
    )
    rows = printed(decision_rows(Counter([decision("NOTIFY_ONLY", detail=detail)])))

    assert " ".join(rows).endswith("endpoint shop: 1 of 1 leaves; model d.ग्राहक is deleted then")


def test_a_reason_is_explained_once_and_a_deletion_comes_after_what_led_to_it(
    printed: Printed,
) -> None:
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
