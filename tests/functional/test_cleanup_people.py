"""What a person does between the announced plan and its application, on the local cloud.

What may happen at each step in between is a table on fakes: tests/unit/cleanup/steps/test_undeployment.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import CHURN
from tests.functional.cleanups import REQUEST, Run, two_registered
from tests.functional.running import REQUESTS
from tests.functional.serving import NEIGHBOUR, Serving, is_there


def undeploys(serving: Serving) -> None:
    serving.set_traffic({"1": 0, "2": 100})
    serving.undeploy("1")


def undeploys_and_deletes_the_endpoint(serving: Serving) -> None:
    serving.set_traffic({"1": 0, "2": 100})
    serving.undeploy("1")
    serving.undeploy("2")
    serving.delete()


PEOPLE: dict[str, tuple[Callable[[Serving], object], list[str], object]] = {
    "undeploys": (undeploys, ["1"], (["2"], {"2": 100})),
    "deploys anew": (lambda serving: serving.add("3"), ["1", "3"], (["2"], {"2": 100})),
    "moves traffic": (
        lambda serving: serving.set_traffic({"1": 90, "2": 10}),
        ["1"],
        (["2"], {"2": 100}),
    ),
    "deletes the endpoint": (undeploys_and_deletes_the_endpoint, ["1"], None),
}


@pytest.mark.parametrize(("person", "undeployed", "left"), PEOPLE.values(), ids=PEOPLE)
def test_what_a_person_does_in_between_is_met_by_reading_again(
    run: Run,
    serving: Serving,
    person: Callable[[Serving], object],
    undeployed: list[str],
    left: object,
) -> None:
    running = two_registered(run)
    serving.deploy({"1": CHURN, "2": NEIGHBOUR}, split=(60, 40))
    running.publish(REQUESTS, REQUEST)
    (request,) = running.take(REQUESTS)
    status, line = running.post("cleanup_endpoints", request)
    assert (status, line["reason"]) == (200, "CLEANUP_PLANNED")

    person(serving)
    running.settle()

    told = [(kind, data) for kind, _, data in running.told()]
    ids = [
        data["deployment"]["deployed_model_id"]
        for kind, data in told
        if kind == "deployment.v1.undeployed"
    ]
    assert sorted(ids) == undeployed
    assert told[-1][0] in {"deletion.v1.completed", "model.v1.deleted"}
    assert serving.at() == left
    assert (is_there(CHURN), is_there(NEIGHBOUR)) == (False, True)
    assert running.letters() == []
