"""What the Model Registry knows of deployments, and what it refuses for their sake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.rpc import code_pb2

from tests.emulator.endpoint_server import MINUTE, Endpoints, endpoint, serving
from tests.emulator.vertex_server import NUMBER, PARENT, PROJECT, REGION, name

DEPLOYED = r"deployed or being deployed at the following endpoint\(s\): "


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    with serving() as served:
        yield served


def test_each_version_shows_its_own_deployments(endpoints: Endpoints) -> None:
    other = endpoints.create("e2", f"projects/{NUMBER}/locations/us-east1")
    endpoints.deploy(id="1")
    endpoints.deploy(to=other, id="2")
    endpoints.deploy(name("churn", "@golden"), id="3")
    listed = endpoints.vertex.client.list_model_versions(name=name("churn"))

    shown = [[(r.endpoint, r.deployed_model_id) for r in v.deployed_models] for v in listed]
    assert shown == [[(endpoint(), "1"), (other, "2")], [(endpoint(), "3")]]
    assert endpoints.refs() == shown[0]


def test_a_deployment_shows_when_it_is_done(endpoints: Endpoints) -> None:
    begun = endpoints.begin_deploy(id="1")

    assert (endpoints.refs(), endpoints.ids()) == ([], [])
    endpoints.ended(begun)
    assert (endpoints.refs(), endpoints.ids()) == ([(endpoint(), "1")], ["1"])


@pytest.mark.parametrize("latency", [0.0, 30.0])
def test_an_undeployment_shows_after_its_latency(endpoints: Endpoints, latency: float) -> None:
    endpoints.vertex.env.set({"undeploy_visible_latency": latency})
    endpoints.deploy(id="1")
    begun = endpoints.begin_undeploy("1")

    assert endpoints.refs() == [(endpoint(), "1")]
    endpoints.ended(begun)
    assert endpoints.ids() == []
    assert endpoints.refs() == ([(endpoint(), "1")] if latency else [])
    endpoints.pass_time(latency)
    assert endpoints.refs() == []


def test_what_is_deployed_again_under_its_old_id_stays(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set({"undeploy_visible_latency": 3 * MINUTE})
    endpoints.deploy(id="1")
    endpoints.undeploy("1")
    endpoints.deploy(id="1")
    endpoints.pass_time(4 * MINUTE)

    assert endpoints.refs() == [(endpoint(), "1")]


def test_the_reference_names_the_project_as_other_names_do_and_texts_carry_its_number(
    endpoints: Endpoints,
) -> None:
    endpoints.vertex.env.set({"vertex_names_use_number": False})
    endpoints.deploy(to=f"projects/{PROJECT}/locations/{REGION}/endpoints/e1", id="1")

    by_id = f"projects/{PROJECT}/locations/{REGION}/endpoints/e1"
    assert endpoints.get().name == by_id
    assert endpoints.refs() == [(by_id, "1")]
    with pytest.raises(exceptions.FailedPrecondition, match=f"{DEPLOYED}{endpoint()}"):
        endpoints.vertex.client.delete_model(name=name("churn"))
    endpoints.undeploy("1")
    assert endpoints.refs() == []


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_version_is_not_deleted_while_it_is_deployed_or_being_deployed_or_undeployed(
    endpoints: Endpoints, version: str
) -> None:
    other = {"1": "2", "2": "1"}[version]
    model = name("churn", f"@{version}")

    def refused() -> None:
        for delete, target in (
            (endpoints.vertex.client.delete_model, name("churn")),
            (endpoints.vertex.client.delete_model_version, model),
        ):
            with pytest.raises(exceptions.FailedPrecondition, match=f"{DEPLOYED}{endpoint()}\\."):
                delete(name=target)

    begun = endpoints.begin_deploy(model, id="1")
    refused()
    endpoints.ended(begun)
    refused()
    begun = endpoints.begin_undeploy("1")
    refused()
    endpoints.ended(begun)
    deletion = endpoints.vertex.client.delete_model_version(name=model)

    assert not endpoints.ended(deletion).HasField("error")
    assert endpoints.vertex.versions("churn") == [other]


def test_a_failed_deployment_holds_nothing(endpoints: Endpoints) -> None:
    endpoints.vertex.register("forecast", exportable=False)
    endpoints.deploy(name("forecast"))

    assert endpoints.vertex.client.delete_model(name=name("forecast")).operation.name


def test_deletions_are_refused_a_while_after_the_last_undeployment(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set({"delete_refused_after_undeploy": 30.0})
    endpoints.deploy(id="1")
    endpoints.undeploy("1")

    assert (endpoints.refs(), endpoints.ids()) == ([], [])
    with pytest.raises(exceptions.FailedPrecondition, match=DEPLOYED):
        endpoints.vertex.client.delete_model(name=name("churn"))
    assert endpoints.vertex.registry.pending() == [f"vertex undeployment of 1 from {endpoint()}"]
    endpoints.pass_time(30)
    assert endpoints.vertex.registry.pending() == []
    done = endpoints.ended(endpoints.vertex.client.delete_model(name=name("churn")))
    assert not done.HasField("error")


def test_an_endpoint_that_is_gone_is_remembered_as_long(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set(
        {"undeploy_visible_latency": 3 * MINUTE, "delete_refused_after_undeploy": 3 * MINUTE}
    )
    endpoints.deploy(id="1")
    endpoints.undeploy("1")
    endpoints.ended(endpoints.client.delete_endpoint(name=endpoint()))

    assert endpoints.refs() == [(endpoint(), "1")]
    with pytest.raises(exceptions.FailedPrecondition, match=DEPLOYED):
        endpoints.vertex.client.delete_model(name=name("churn"))
    endpoints.pass_time(3 * MINUTE)
    assert endpoints.refs() == []


UNDELETABLE = (
    f"The model \"{name('churn')}\" can't be deleted because it's deployed or being deployed at the "
    rf"following endpoint\(s\): {endpoint()}\. Undeploy"
)
IRREPLACEABLE = (
    r"The Model is deployed or being deployed at the following Endpoint\(s\): "
    rf"{endpoint()}\. Please undeploy"
)


@pytest.mark.parametrize(
    ("words", "text"), [("sdk-issue", UNDELETABLE), ("replace", IRREPLACEABLE)]
)
def test_the_words_of_a_refused_deletion_are_a_setting(
    endpoints: Endpoints, words: str, text: str
) -> None:
    endpoints.vertex.env.set({"vertex_delete_text": words})
    endpoints.deploy(id="1")

    with pytest.raises(exceptions.FailedPrecondition, match=text):
        endpoints.vertex.client.delete_model(name=name("churn"))


def test_a_deployment_that_began_meanwhile_fails_the_deletion_of_its_model(
    endpoints: Endpoints,
) -> None:
    endpoints.vertex.env.set({"deploy_latency": 2 * MINUTE})
    begun = endpoints.vertex.client.delete_model(name=name("churn"))
    deployment = endpoints.begin_deploy()
    first = endpoints.ended(begun)
    endpoints.pass_time()

    assert first.error.code == code_pb2.FAILED_PRECONDITION
    assert not endpoints.vertex.operation(deployment.operation.name).HasField("error")
    assert endpoints.vertex.versions("churn") == ["1", "2"]


def test_a_model_that_was_deleted_before_the_end_of_its_deployment_is_not_found(
    endpoints: Endpoints,
) -> None:
    begun = endpoints.begin_deploy()
    state = endpoints.vertex.registry.dump()
    endpoints.vertex.registry.load({**state, "models": []})

    assert endpoints.ended(begun).error.code == code_pb2.NOT_FOUND
    assert endpoints.ids() == []


def test_references_written_by_hand_need_no_endpoint(endpoints: Endpoints) -> None:
    endpoints.vertex.deploy(f"{PARENT}/endpoints/55", "churn", 2)

    assert endpoints.refs(suffix="@2") == [(f"{PARENT}/endpoints/55", "77")]
    with pytest.raises(exceptions.FailedPrecondition, match="endpoints/55"):
        endpoints.vertex.client.delete_model(name=name("churn"))
    endpoints.deploy(id="1")
    assert endpoints.refs(suffix="@2") == [(f"{PARENT}/endpoints/55", "77")]
