"""People and operations at the same time as a clean-up, on the fakes (see scene.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.builders import CHURN
from tests.unit.cleanup.scene import OTHER, VERSION, Scene

# People who do something at the same time.


def others(scene: Scene) -> dict[str, Callable[[], None]]:
    def undeploys() -> None:
        name = scene.endpoint().name  # type: ignore[union-attr]
        scene.at.put(replace(scene.at.endpoints[name], traffic={"2": 100}))
        scene.at.remove(name, "1")

    def moves_traffic() -> None:
        endpoint = scene.endpoint()
        assert endpoint is not None
        if "1" in {deployed.id for deployed in endpoint.deployed}:
            scene.at.put(replace(endpoint, traffic={"1": 55, "2": 45}))

    def deploys_anew() -> None:
        scene.deploy("9", share=100)

    def deletes_the_endpoint() -> None:
        scene.at.endpoints.pop(scene.endpoint().name)  # type: ignore[union-attr]

    return {
        "undeploys": undeploys,
        "moves traffic": moves_traffic,
        "deploys anew": deploys_anew,
        "deletes the endpoint": deletes_the_endpoint,
    }


STEPS = ("models.get", "GetModel", "GetEndpoint", "UpdateEndpoint", "UndeployModel", "GetOperation", "models.delete")  # fmt: skip


# While an operation runs, Vertex AI lets nobody else change the endpoint.
MEANWHILE = [
    pytest.param(person, step, id=f"{person} before {step}")
    for step in STEPS
    for person in ("undeploys", "moves traffic", "deploys anew", "deletes the endpoint")
    if step != "GetOperation" or person == "deploys anew"
]


@pytest.mark.parametrize(("person", "step"), MEANWHILE)
def test_what_a_person_does_meanwhile_is_met_by_reading_again(person: str, step: str) -> None:
    scene = Scene()
    scene.deploy(share=60)
    scene.deploy_other(share=40)
    scene.deliver(scene.request())

    def act() -> None:
        scene.google.before.clear()
        if (
            scene.endpoint() and "1" in {d.id for d in scene.endpoint().deployed}
        ) or person == "deploys anew":  # type: ignore[union-attr]
            others(scene)[person]()

    scene.google.before[step] = act
    scene.settle()

    assert CHURN not in scene.google.models
    assert scene.at.refs(VERSION) == ()
    assert scene.told[-1] == "deletion.v1.completed"
    assert scene.told.count("deployment.v1.undeployplanned") == scene.told.count(
        "deployment.v1.undeployed"
    )
    endpoint = scene.endpoint()
    if endpoint:
        assert [deployed.id for deployed in endpoint.deployed] == ["2"]
        assert endpoint.traffic == {"2": 100}


def test_a_persons_traffic_is_never_overwritten_by_a_split_that_is_out_of_date() -> None:
    scene = Scene()
    scene.deploy(share=20)
    first, second = scene.deploy_other(share=40), scene.deploy_other(share=40)
    scene.deliver(scene.request())

    def moves() -> None:
        scene.google.before.clear()
        endpoint = scene.endpoint()
        assert endpoint is not None
        scene.at.put(replace(endpoint, traffic={"1": 20, first.id: 72, second.id: 8}))

    scene.google.before["UpdateEndpoint"] = moves
    scene.settle()

    assert scene.endpoint().traffic == {first.id: 90, second.id: 10}  # type: ignore[union-attr]


def test_other_models_are_never_undeployed() -> None:
    scene = Scene()
    scene.deploy(share=50)
    scene.deploy_other(share=50)
    scene.deploy_other("8", share=100)

    scene.settle(scene.request(force=True))

    assert len(scene.at.refs(OTHER)) == 2
