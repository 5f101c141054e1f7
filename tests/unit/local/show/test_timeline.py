from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from local.people.function_log import decisions
from local.show.timeline import Timeline

HEADS = ("model", "type", "registry", "aliases", "labels")
ROW = (
    "prod_sales.revenue",
    "BOOSTED_TREE_REGRESSOR",
    "prod_sales-revenue@1",
    "champion, default",
    "team=growth vertex=register",
)


def timeline(width: int) -> Timeline:
    return Timeline(Console(file=io.StringIO(), width=width))


def logged(reason: str, outcome: str, announced: tuple[str, ...] = ()) -> str:
    told = {"decision": outcome, "reason": reason, "rule": "prod", "announced": announced}
    model = "projects/p/datasets/d/models/m"
    return json.dumps({**told, "message": f"About {reason}.", "model": model})


@pytest.mark.parametrize("width", [60, 80, 100])
def test_names_are_never_broken(capsys: pytest.CaptureFixture[str], width: int) -> None:
    timeline(width).table(HEADS, [ROW])
    printed = capsys.readouterr().out

    assert set(" ".join(ROW).split()) <= set(printed.split())
    assert max(map(len, printed.splitlines())) <= width


def test_echoes_come_last_and_what_was_settled_before_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    timeline(100).decisions(
        decisions(
            [
                logged("OWN_ECHO", "ignored"),
                logged("RULE_MATCHED", "registered", ("model.v1.registered",)),
                logged("RULE_MATCHED", "registered"),
            ]
        )
    )
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    assert printed == [
        "decided d.m registered RULE_MATCHED By rule prod.",
        "d.m registered RULE_MATCHED Already as the rule says.",
        "d.m ignored OWN_ECHO About OWN_ECHO. By rule prod.",
    ]
