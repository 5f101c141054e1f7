"""What a clean-up will do to one endpoint: the split, the order of leaving, the endpoint itself."""

from __future__ import annotations

import pytest

from bqml_registrar.cleanup.intent.intents import PlannedUndeployment
from bqml_registrar.resources.endpoints import Endpoint
from tests.unit.cleanup.planning.worlds import (
    DELETES_EMPTIED,
    JOB,
    an_endpoint,
    another,
    deployed,
    leaving,
    plan_of,
)


def test_a_shared_endpoint_keeps_the_other_models_and_gives_them_the_traffic() -> None:
    endpoint = an_endpoint(
        deployed("1"),
        another("2"),
        another("3"),
        traffic={"1": 50, "2": 30, "3": 20},
        monitoring_job=JOB,
    )

    (plan,) = plan_of(endpoint).endpoints

    assert (plan.endpoint, plan.etag) == (endpoint.name, "e7")
    assert plan.traffic_before == {"1": 50, "2": 30, "3": 20}
    assert plan.traffic == {"2": 60, "3": 40}
    assert plan.leaving == (
        PlannedUndeployment(endpoint=endpoint.name, deployed=deployed("1"), share=50),
    )
    assert plan.staying == ("2", "3")
    assert plan.monitoring_job == JOB


def test_they_leave_in_ascending_order_of_traffic_those_absent_from_the_split_first() -> None:
    traffic = {"2": 30, "1": 20, "3": 0, "6": 20, "9": 30}
    models = [deployed(id_) for id_ in ("1", "2", "3", "4", "5", "6")]

    plan = plan_of(an_endpoint(*models, another("9"), traffic=traffic))

    assert leaving(plan) == ["4", "5", "3", "1", "6", "2"]


def test_where_nobody_stays_the_last_one_has_all_traffic_until_it_goes() -> None:
    endpoint = an_endpoint(deployed("1"), deployed("2"), traffic={"1": 60, "2": 40})

    (plan,) = plan_of(endpoint).endpoints

    assert plan.traffic == {"1": 100}
    assert [planned.deployed.id for planned in plan.leaving] == ["2", "1"]


PRIVATE = {
    "one model": an_endpoint(deployed("1"), is_private=True),
    "one model, and a split is shown": an_endpoint(
        deployed("1"), is_private=True, traffic={"1": 100}
    ),
    "more than the service allows": an_endpoint(
        deployed("1"), deployed("2"), is_private=True, traffic={"1": 50, "2": 50}
    ),
}


@pytest.mark.parametrize("endpoint", PRIVATE.values(), ids=PRIVATE)
def test_a_private_endpoint_gets_no_split_and_its_models_have_all_traffic(
    endpoint: Endpoint,
) -> None:
    (plan,) = plan_of(endpoint).endpoints

    assert plan.traffic is None
    assert plan.share == 100


def test_an_emptied_endpoint_is_deleted_where_the_rule_says_so_and_nothing_watches_it() -> None:
    emptied = an_endpoint(deployed("1"))
    shared = an_endpoint(deployed("1"), another("2"), number="8")
    watched = an_endpoint(deployed("1"), number="9", monitoring_job=JOB)

    by_default = plan_of(emptied, shared, watched)
    by_rule = plan_of(emptied, shared, watched, rules=DELETES_EMPTIED)

    assert [plan.deletes_endpoint for plan in by_default.endpoints] == [False, False, False]
    assert [plan.deletes_endpoint for plan in by_rule.endpoints] == [True, False, False]
