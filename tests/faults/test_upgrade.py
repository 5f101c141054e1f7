"""The upgrade from release 0.4.0, whose memory stood in labels and descriptions.

`release_0_4_0.json` is the state that 0.4.0 itself left in the local cloud: models that were
registered, adopted, refused, relabelled, that retire, that were replaced unheard, and one whose
instance ended between its announcement and the record of that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.deployments import sweep
from tests.faults.living import Living
from tests.faults.people import Action, label
from tests.faults.world import World, serving

LEFT = json.loads((Path(__file__).parent / "release_0_4_0.json").read_text())
SETTLED = ("churn", "adopted", "gemini", "old", "relabelled", "unlabelled", "crashed")
OURS = "bqml-registrar"
ON_VERSIONS = {OURS, f"{OURS}-of-dataset", f"{OURS}-of-model"}


class Upgraded(Living):
    """The world of 0.4.0 with the functions of today."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        world.clock.set(LEFT["time"])
        world.load(LEFT["state"])

    def labels(self) -> dict[str, set[str]]:
        """Our labels, by model and by version."""
        state: dict[str, Any] = self.world.state()
        of_models = {name: set(m.get("labels", {})) for name, m in state["bigquery"].items()}
        of_versions = {
            f"{name}@{version['number']}": {*version["labels"], *model["labels"]}
            for name, model in state["vertex"].items()
            for version in model["versions"]
        }
        everywhere = {**of_models, **of_versions}
        return {name: {k for k in keys if k.startswith(OURS)} for name, keys in everywhere.items()}


@pytest.fixture
def upgraded() -> Iterator[Upgraded]:
    with serving() as world:
        yield Upgraded(world)


def touched(name: str) -> Action:
    return label(f"prod_sales.{name}", {"seen": "again"})


WAYS: dict[str, Callable[[], tuple[Action, ...]]] = {
    "by events": lambda: tuple(touched(name) for name in SETTLED),
    "by a sweep": lambda: (sweep("prod_sales"),),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_that_was_told_is_told_again_and_no_alias_is_written(
    way: Callable[[], tuple[Action, ...]], upgraded: Upgraded
) -> None:
    upgraded.world.forget_model("prod_sales.replaced")
    before = upgraded.aliases()

    told = [event for event in upgraded.hears(*way()) if not event.startswith("reconcile.")]

    assert told == []
    assert upgraded.aliases() == before
    assert "google.cloud.aiplatform.v1.ModelService.MergeVersionAliases" not in upgraded.calls


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_0_4_0_wrote_is_removed_once(
    way: Callable[[], tuple[Action, ...]], upgraded: Upgraded
) -> None:
    upgraded.hears(*way())
    upgraded.hears(sweep("prod_sales"))
    labels = upgraded.labels()
    descriptions = {m["description"] for m in upgraded.world.state()["vertex"].values()}

    upgraded.hears(sweep("prod_sales", name="last"))

    assert {name: keys - ON_VERSIONS for name, keys in labels.items() if keys - ON_VERSIONS} == {}
    assert all(keys <= {OURS} for name, keys in labels.items() if "@" not in name)
    assert not any(OURS in description for description in descriptions)
    assert not {call for call in upgraded.calls if call.endswith(("PatchModel", "UpdateModel"))}


def test_what_may_not_have_been_announced_is_logged(upgraded: Upgraded) -> None:
    upgraded.hears(touched("crashed"))

    (note,) = (line for line in upgraded.log if line.get("reason") == "MEMORY_REBUILT")
    assert note["model"].endswith("/models/crashed")


def test_a_replace_that_0_4_0_did_not_hear_of_takes_over_the_aliases_that_it_remembered(
    upgraded: Upgraded,
) -> None:
    told = upgraded.hears(sweep("prod_sales"))

    kinds = [event.split()[0] for event in told if "/replaced" in event]
    assert kinds == [
        "alias.v1.assigned",
        "alias.v1.carriedover",
        "model.v1.registered",
        "model.v1.replaced",
        "reconcile.v1.driftdetected",
    ]
    assert upgraded.aliases()["prod_sales-replaced@1"] == ["champion", "live"]


def test_a_retirement_keeps_its_date_and_its_withdrawal_its_key(upgraded: Upgraded) -> None:
    upgraded.hears(sweep("prod_sales"))

    (told,) = upgraded.hears(label("prod_sales.old", {"retire": None}))

    assert told.startswith("deletion.v1.cancelled")
    assert "RETIREMENT_WITHDRAWN" in told
