"""What people overwrite every day: labels of models and versions, registry models, descriptions.

Each is a fault that release 0.4.0 had, as its kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.faults import vandals
from tests.faults.deployments import MACHINE, endpoint, expiring, request, sweep
from tests.faults.living import Living
from tests.faults.people import REGION, Action, People, alias, label
from tests.faults.statements import alter, dataset, drop, registered_as, retrain, train
from tests.faults.vandals import OURS
from tests.faults.world import serving

PROD = {"vertex": "register", "stage": "champion", "team": "growth"}
FAMILY = {"vertex": "register", "family": "f"}
CHURN = (dataset("prod_sales"), train(**PROD))


@pytest.fixture
def living() -> Iterator[Living]:
    with serving() as world:
        yield Living(world)


def replace_version_labels(people: People) -> None:
    vandals.replace_version_labels(people)


def test_a_version_whose_labels_were_replaced_does_not_take_its_alias_back(living: Living) -> None:
    living.hears(dataset("lab"), train("lab.first", **FAMILY))
    first = living.ids
    living.hears(train("lab.second", **FAMILY))
    assert living.aliases() == {"f@1": [], "f@2": ["live"]}

    told = living.hears(replace_version_labels, label("lab.first", {"note": "old"}))

    assert living.aliases() == {"f@1": [], "f@2": ["live"]}
    assert told == []
    assert first.isdisjoint(living.ids)


def save(people: People) -> None:
    vandals.save_registry_models(people)


def test_labels_that_were_saved_for_a_whole_registry_model_do_not_swallow_the_next_version(
    living: Living,
) -> None:
    living.hears(dataset("lab"), train("lab.first", **FAMILY))

    told = living.kinds(save, train("lab.second", **FAMILY))

    assert told == ["alias.v1.assigned", "model.v1.registered"]
    assert living.aliases()["f@2"] == ["live"]


def test_labels_that_were_saved_for_a_whole_registry_model_do_not_swallow_a_replace() -> None:
    with serving() as world:
        living = Living(world, registry_model_survives_replace=True)
        living.hears(*CHURN)
        living.hears(alias("prod_sales-churn", "live"), label("prod_sales.churn", {"touched": "1"}))

        told = living.kinds(save, retrain(options=registered_as("prod_sales-churn"), **PROD))

    assert told == [
        "alias.v1.assigned",
        "alias.v1.carriedover",
        "model.v1.registered",
        "model.v1.replaced",
    ]


def deploy(people: People) -> None:
    """Somebody serves version 2, which no rule of ours names."""
    people.endpoints.create_endpoint(
        parent=REGION, endpoint={"display_name": "z"}, endpoint_id="z"
    ).result(timeout=10)
    people.endpoints.deploy_model(
        endpoint=f"{REGION}/endpoints/z",
        deployed_model={"id": "9", "model": f"{REGION}/models/f@2", **MACHINE},
        traffic_split={"0": 100},
    ).result(timeout=10)


def test_a_clean_up_leaves_versions_of_other_models_whatever_their_labels_say(
    living: Living,
) -> None:
    living.hears(dataset("lab"), dataset("other"), train("lab.first", **FAMILY))
    living.hears(train("other.z", registered_as("f")))
    living.hears(save, deploy)

    living.hears(request("lab.first", delete=True))

    state = living.world.state()
    assert "lab.first" not in state["bigquery"]
    assert [d["id"] for d in state["endpoints"]["z"]["deployed_models"]] == ["9"]


def test_an_alias_that_came_after_the_first_sweep_is_remembered_by_the_next(
    living: Living,
) -> None:
    living.hears(*CHURN)
    living.hears(sweep("prod_sales"))
    living.hears(alias("prod_sales-churn", "eu-test"))
    living.hears(sweep("prod_sales", name="second"))

    told = living.kinds(retrain(**PROD))

    assert "alias.v1.carriedover" in told
    assert living.aliases()["prod_sales-churn@1"] == ["champion", "eu-test"]


def test_a_plain_replace_is_told_though_numbers_begin_anew(living: Living) -> None:
    living.hears(*CHURN)

    told = living.kinds(retrain(**PROD))

    assert told == ["alias.v1.assigned", "model.v1.registered", "model.v1.replaced"]


@pytest.mark.parametrize(
    "change",
    [label("prod_sales.churn", {"vertex": None}), alter("prod_sales.churn", owner="me")],
    ids=["bq update", "ALTER MODEL"],
)
def test_that_the_rules_label_was_taken_away_is_told_once_however_it_was(
    change: Action, living: Living
) -> None:
    living.hears(dataset("prod_sales"), train())
    living.hears(alter("prod_sales.churn", **PROD))

    told = living.hears(change)
    again = living.kinds(sweep("prod_sales"))

    assert [event.split()[0] for event in told] == ["model.v1.rejected"]
    assert "LABEL_REMOVED" in told[0]
    assert again == ["reconcile.v1.completed"]


def test_an_expiration_that_was_set_moments_after_a_sweep_is_seen_by_the_next(
    living: Living,
) -> None:
    living.hears(*CHURN)
    living.hears(endpoint("e", {"prod_sales-churn": 100}), sweep("prod_sales"))
    living.world.clock.advance(20)
    expiring("prod_sales.churn", after=timedelta(hours=30))(living.people)
    living.world.deliverable()

    told = living.kinds(sweep("prod_sales", name="second"))

    assert "deployment.v1.undeployed" in told


def huge(people: People) -> None:
    """Whoever may describe or label puts numbers there that no machine word holds."""
    rest = f"{'9' * 5_000}__1__live"
    check = hashlib.sha256(rest.encode()).hexdigest()[:6]
    name = "projects/analytics-dev/datasets/prod_sales/models/churn"
    source = hashlib.sha256(name.encode()).hexdigest()[:8]
    people.registry.update_model(
        model={
            "name": f"{REGION}/models/prod_sales-churn",
            "description": f"[{OURS} {source}: {check}__{rest}]",
        },
        update_mask={"paths": ["description"]},
    )


def test_numbers_that_are_too_large_count_as_absent(living: Living) -> None:
    living.hears(*CHURN)

    told = living.kinds(
        huge,
        label("prod_sales.churn", {f"{OURS}-rejected": "9" * 63, "stage": "challenger"}),
    )

    assert told == ["alias.v1.assigned", "alias.v1.removed"]


@pytest.mark.parametrize("count", [62, 63, 64])
def test_a_model_whose_labels_leave_no_room_is_registered(count: int, living: Living) -> None:
    filled = {f"k{n:02}": "x" for n in range(count - 1)}
    living.hears(dataset("prod_sales"), train())

    told = living.kinds(label("prod_sales.churn", {**filled, "vertex": "register"}))

    assert told == ["model.v1.registered"]
    labels = living.world.state()["bigquery"]["prod_sales.churn"]["labels"]
    assert (OURS in labels) is (count < 64)


def test_a_model_that_was_never_registered_leaves_in_silence(living: Living) -> None:
    living.hears(dataset("prod_sales"), train())

    assert living.hears(drop()) == []
