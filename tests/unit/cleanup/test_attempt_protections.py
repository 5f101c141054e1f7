"""What protects a deployed model from a request, on the fakes (see scene.py)."""

from __future__ import annotations

from typing import Any

import pytest

from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections, RestWithoutTraffic
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.reasons import Reason
from tests.unit.cleanup.scene import COMPLETE, Scene

PROTECTED: dict[str, tuple[CleanupRules, dict[str, Any]]] = {
    "PROTECTED_BY_LABEL": (
        CleanupRules(protect=Protections(labels={"tier": Condition(("gold",))})),
        {"labels": {"tier": "gold"}},
    ),
    "PROTECTED_BY_ALIAS": (
        CleanupRules(protect=Protections(aliases=("champ*",))),
        {"version": {"aliases": ("default", "champion")}},
    ),
    "PROTECTED_BY_TRAFFIC": (CleanupRules(protect=Protections(traffic_share=59)), {}),
    "TOO_MANY_UNDEPLOYMENTS": (CleanupRules(max_undeployments=0), {}),
}


@pytest.mark.parametrize("reason", PROTECTED)
def test_what_a_rule_protects_is_not_touched_and_the_event_says_how_to_go_on(reason: str) -> None:
    rules, given = PROTECTED[reason]
    scene = Scene(rules, **given)
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.settle(scene.request())

    (blocked,) = scene.data("blocked")
    assert scene.events == [("deletion.v1.blocked", reason)]
    assert scene.calls() == []
    assert '"force": true' in blocked["deletion"]["how_to_go_on"]
    assert '"endpoint":"7"' in blocked["deletion"]["plan"]


@pytest.mark.parametrize("reason", PROTECTED)
def test_a_forced_request_overrides_every_protection_and_says_so(reason: str) -> None:
    rules, given = PROTECTED[reason]
    scene = Scene(rules, **given)
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.settle(scene.request(force=True))

    (requested,) = scene.data("deletion.v1.requested")
    assert scene.told == COMPLETE
    assert requested["deletion"]["force"] is True
    assert reason in requested["deletion"]["plan"]


def test_where_the_rest_has_no_traffic_the_rule_chooses() -> None:
    stopped = Scene()
    shared = Scene(CleanupRules(rest_without_traffic=RestWithoutTraffic.EQUAL_SHARES))
    for scene in (stopped, shared):
        scene.deploy(share=100)
        scene.deploy_other(share=0)
        scene.deploy_other(share=0)
        scene.settle(scene.request())

    assert stopped.events == [("deletion.v1.blocked", "REST_WITHOUT_TRAFFIC")]
    assert stopped.calls() == []
    assert sorted(shared.endpoint().traffic.values()) == [50, 50]  # type: ignore[union-attr]
    assert shared.told[-1] == "deletion.v1.completed"


def test_a_protection_set_in_the_middle_stops_the_rest() -> None:
    scene = Scene(CleanupRules(protect=Protections(labels={"tier": Condition(("gold",))})))
    scene.deploy("7")
    scene.deliver(scene.request())
    scene.relabel(tier="gold")

    scene.settle()

    assert scene.events[-1] == ("deletion.v1.blocked", "PROTECTED_BY_LABEL")
    assert scene.calls() == []


def test_advice_names_what_stands_in_the_way_first_and_force_last() -> None:
    scene = Scene(
        CleanupRules(protect=Protections(aliases=("champ*",))),
        version={"aliases": ("champion", "default")},
    )
    scene.deploy()

    scene.settle(scene.request(delete=False))

    (blocked,) = scene.data("blocked")
    how = blocked["deletion"]["how_to_go_on"]
    assert how.startswith(Reason.PROTECTED_BY_ALIAS.meaning)
    assert how.index("Move it") < how.index('"force": true')
    assert '"delete": false' in how
