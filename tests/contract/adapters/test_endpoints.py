"""What the clean-up relies on about endpoints, on the fakes and on the adapters: serving_worlds.py."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import Endpoint, Operation
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.builders import CHURN
from tests.contract.real_serving import RealServingWorld
from tests.contract.serving_worlds import ENDPOINT, MONITOR, SLOW, ServingWorld, registered

NEIGHBOUR = replace(CHURN, model="neighbour")


def seen(world: ServingWorld) -> Endpoint:
    """The endpoint as it is now."""
    found = world.endpoints.get(ENDPOINT)
    assert found is not None
    return found


def shared(world: ServingWorld, *split: int) -> Endpoint:
    """`churn` and `neighbour` on one endpoint, with these shares."""
    world.serve(registered(world).name, registered(world, NEIGHBOUR).name, split=split or (70, 30))
    return seen(world)


def alone(world: ServingWorld, *, private: bool = False) -> Endpoint:
    """`churn` on an endpoint of its own."""
    world.serve(registered(world).name, split=() if private else (100,), private=private)
    return seen(world)


def finished(world: ServingWorld, operation: Operation) -> None:
    assert world.endpoints.is_done(operation)


# What is there.


def test_an_endpoint_that_does_not_exist_is_none(serving: ServingWorld) -> None:
    assert serving.endpoints.get(ENDPOINT) is None


@pytest.mark.parametrize("project", [ENDPOINT.project, CHURN.project], ids=["number", "id"])
def test_an_endpoint_is_found_under_the_projects_number_and_id_and_keeps_the_name_asked_for(
    serving: ServingWorld, project: str
) -> None:
    alone(serving)
    name = replace(ENDPOINT, project=project)

    found = serving.endpoints.get(name)

    assert found is not None
    assert found.name == name


def test_what_is_deployed_shows_where_its_model_is_from_and_its_whole_configuration(
    serving: ServingWorld,
) -> None:
    version = registered(serving).name
    serving.serve(version, split=(100,))

    endpoint = seen(serving)

    (deployed,) = endpoint.deployed
    told = json.loads(deployed.configuration)
    assert (deployed.region, deployed.model_id, deployed.version) == (
        version.region,
        version.model_id,
        version.version,
    )
    assert endpoint.traffic == {deployed.id: 100}
    assert datetime.fromisoformat(deployed.created).tzinfo is not None
    assert told["id"] == deployed.id
    assert version.model_id in told["model"]
    assert told["dedicatedResources"]["machineSpec"] == {"machineType": "n1-standard-2"}
    assert told["dedicatedResources"]["minReplicaCount"] == 1


def test_the_version_is_told_also_where_the_models_name_leaves_it_out(
    local_cloud: Addresses, control: Control
) -> None:
    world = RealServingWorld(local_cloud, control)
    control.settings(deployed_model_name_has_version=False)

    (deployed,) = alone(world).deployed

    assert "@" not in json.loads(deployed.configuration)["model"]
    assert (deployed.model_id, deployed.version) == ("prod_sales-churn", "1")


def test_a_private_endpoint_is_told_apart_and_has_no_split(serving: ServingWorld) -> None:
    private = alone(serving, private=True)

    assert private.is_private
    assert private.traffic == {}
    assert len(private.deployed) == 1


def test_a_public_endpoint_without_a_monitoring_job_is_neither(serving: ServingWorld) -> None:
    public = alone(serving)

    assert not public.is_private
    assert public.monitoring_job == ""


def test_a_version_shows_where_it_is_deployed(serving: ServingWorld) -> None:
    version = registered(serving)
    serving.serve(version.name, split=(100,))

    found = serving.registry.get(version.name)

    assert version.deployed == ()
    assert found is not None
    assert [(ref.endpoint, ref.id) for ref in found.deployed] == [
        (ENDPOINT, seen(serving).deployed[0].id)
    ]


def test_a_version_shows_a_deployment_for_a_while_after_it_has_left(serving: ServingWorld) -> None:
    version = registered(serving).name
    serving.serve(version, split=(100,))
    serving.let(visible=SLOW)
    finished(serving, serving.endpoints.undeploy(ENDPOINT, seen(serving).deployed[0].id))

    lagging = serving.registry.get(version)
    serving.pass_time(SLOW + 1)
    settled = serving.registry.get(version)

    assert lagging is not None
    assert settled is not None
    assert seen(serving).deployed == ()
    assert len(lagging.deployed) == 1
    assert settled.deployed == ()


# Traffic.


def test_traffic_is_moved(serving: ServingWorld) -> None:
    endpoint = shared(serving)
    _, neighbour = endpoint.deployed

    serving.endpoints.set_traffic(endpoint, {neighbour.id: 100})

    after = seen(serving)
    assert after.traffic == {neighbour.id: 100}
    assert after.deployed == endpoint.deployed
    assert after.etag != endpoint.etag


def test_traffic_of_an_endpoint_that_somebody_changed_meanwhile_is_stale(
    serving: ServingWorld,
) -> None:
    read = shared(serving)
    churn, neighbour = read.deployed
    serving.endpoints.set_traffic(read, {churn.id: 50, neighbour.id: 50})

    with pytest.raises(StaleError):
        serving.endpoints.set_traffic(read, {neighbour.id: 100})

    assert seen(serving).traffic == {churn.id: 50, neighbour.id: 50}


def test_traffic_of_an_endpoint_where_somebody_undeployed_meanwhile_is_stale(
    serving: ServingWorld,
) -> None:
    read = shared(serving, 0, 100)
    churn, neighbour = read.deployed
    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))

    with pytest.raises(StaleError):
        serving.endpoints.set_traffic(read, {neighbour.id: 100})


def test_traffic_of_an_endpoint_that_is_gone_is_stale(serving: ServingWorld) -> None:
    read = alone(serving)
    (churn,) = read.deployed
    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))
    finished(serving, serving.endpoints.delete(ENDPOINT))

    with pytest.raises(StaleError):
        serving.endpoints.set_traffic(read, {churn.id: 100})


# Undeployment.


def test_what_has_no_traffic_is_undeployed_and_the_rest_stays_as_it_was(
    serving: ServingWorld,
) -> None:
    churn, neighbour = shared(serving, 0, 100).deployed

    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))

    after = seen(serving)
    assert after.deployed == (neighbour,)
    assert after.traffic == {neighbour.id: 100}


def test_an_undeployment_of_what_has_traffic_is_refused_for_good_and_changes_nothing(
    serving: ServingWorld,
) -> None:
    endpoint = shared(serving)

    with pytest.raises(PermanentError) as raised:
        serving.endpoints.undeploy(ENDPOINT, endpoint.deployed[0].id)

    assert raised.value.reason is Reason.REFUSED_BY_SERVICE
    assert seen(serving) == endpoint


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_the_last_one_goes_with_all_of_the_traffic(serving: ServingWorld, private: bool) -> None:
    (churn,) = alone(serving, private=private).deployed

    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))

    after = seen(serving)
    assert (after.deployed, after.traffic) == ((), {})


def test_an_undeployment_of_an_id_that_is_not_there_is_refused_as_invalid(
    serving: ServingWorld,
) -> None:
    alone(serving)

    with pytest.raises(PermanentError) as raised:
        serving.endpoints.undeploy(ENDPOINT, "404")

    assert raised.value.reason is Reason.REFUSED_BY_SERVICE


def test_an_undeployment_from_an_endpoint_that_is_gone_is_stale(serving: ServingWorld) -> None:
    with pytest.raises(StaleError):
        serving.endpoints.undeploy(ENDPOINT, "1")


def test_an_id_that_is_not_there_may_as_well_be_not_found(
    local_cloud: Addresses, control: Control
) -> None:
    world = RealServingWorld(local_cloud, control)
    alone(world)
    control.settings(unknown_deployed_model_status="NOT_FOUND")

    with pytest.raises(StaleError):
        world.endpoints.undeploy(ENDPOINT, "404")


# Operations.


def test_an_operation_is_not_done_until_its_time_has_come_and_only_then_has_its_effect(
    serving: ServingWorld,
) -> None:
    (churn,) = alone(serving).deployed
    serving.let(undeploy=SLOW)

    operation = serving.endpoints.undeploy(ENDPOINT, churn.id)

    assert not serving.endpoints.is_done(operation)
    assert seen(serving).deployed == (churn,)
    serving.pass_time(SLOW + 1)
    assert serving.endpoints.is_done(operation)
    assert seen(serving).deployed == ()


def test_an_operation_that_failed_raises_as_the_call_would_have_done(serving: ServingWorld) -> None:
    churn, _ = shared(serving, 0, 100).deployed
    serving.let(undeploy=SLOW)
    serving.let_traffic_move()
    operation = serving.endpoints.undeploy(ENDPOINT, churn.id)
    serving.endpoints.set_traffic(seen(serving), {churn.id: 100})
    serving.pass_time(SLOW + 1)

    with pytest.raises(PermanentError) as raised:
        serving.endpoints.is_done(operation)

    assert raised.value.reason is Reason.REFUSED_BY_SERVICE
    assert "still has traffic" in raised.value.detail
    assert churn in seen(serving).deployed


def test_an_operation_that_nobody_knows_is_stale(serving: ServingWorld) -> None:
    begun = serving.endpoints.undeploy(ENDPOINT, alone(serving).deployed[0].id)

    with pytest.raises(StaleError):
        serving.endpoints.is_done(replace(begun, name=f"{begun.name}404"))


@pytest.mark.parametrize("what", ["undeploy", "another", "an unknown one", "traffic"])
def test_while_an_operation_runs_the_endpoint_refuses_every_other_change_for_the_time_being(
    serving: ServingWorld, what: str
) -> None:
    churn, neighbour = shared(serving, 0, 100).deployed
    serving.let(undeploy=SLOW)
    serving.endpoints.undeploy(ENDPOINT, churn.id)
    read = seen(serving)
    tries = {
        "undeploy": lambda: serving.endpoints.undeploy(ENDPOINT, churn.id),
        "another": lambda: serving.endpoints.undeploy(ENDPOINT, neighbour.id),
        "an unknown one": lambda: serving.endpoints.undeploy(ENDPOINT, "404"),
        "traffic": lambda: serving.endpoints.set_traffic(read, {churn.id: 1, neighbour.id: 99}),
    }

    with pytest.raises(RetryableError) as raised:
        tries[what]()

    assert raised.value.reason is Reason.ENDPOINT_BUSY


# Endpoints that are deleted.


def test_an_emptied_endpoint_is_deleted(serving: ServingWorld) -> None:
    (churn,) = alone(serving).deployed
    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))

    finished(serving, serving.endpoints.delete(ENDPOINT))

    assert serving.endpoints.get(ENDPOINT) is None


def test_an_endpoint_with_deployed_models_is_not_deleted(serving: ServingWorld) -> None:
    alone(serving)

    with pytest.raises(PermanentError) as raised:
        serving.endpoints.delete(ENDPOINT)

    assert raised.value.reason is Reason.REFUSED_BY_SERVICE
    assert serving.endpoints.get(ENDPOINT) is not None


def test_a_monitoring_job_shows_and_keeps_an_emptied_endpoint(serving: ServingWorld) -> None:
    (churn,) = alone(serving).deployed
    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))
    serving.watch()

    with pytest.raises(PermanentError) as raised:
        serving.endpoints.delete(ENDPOINT)

    assert raised.value.reason is Reason.REFUSED_BY_SERVICE
    assert seen(serving).monitoring_job == MONITOR


def test_a_second_delete_of_an_endpoint_is_stale(serving: ServingWorld) -> None:
    (churn,) = alone(serving).deployed
    finished(serving, serving.endpoints.undeploy(ENDPOINT, churn.id))
    finished(serving, serving.endpoints.delete(ENDPOINT))

    with pytest.raises(StaleError):
        serving.endpoints.delete(ENDPOINT)
