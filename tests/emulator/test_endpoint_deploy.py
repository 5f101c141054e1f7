"""DeployModel over the official client: which models, on what machines, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1
from google.rpc import code_pb2

from tests.emulator.endpoint_server import NETWORK, Endpoints, endpoint, serving
from tests.emulator.vertex_server import CALLER, NUMBER, PARENT, PROJECT, REGION, name

ELSEWHERE = f"projects/{NUMBER}/locations/us-east1"
IMAGE = {"image_uri": "europe-docker.pkg.dev/shop/serve"}


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    with serving() as served:
        yield served


def upload(endpoints: Endpoints, **fields: Any) -> str:
    """A model from elsewhere; its name."""
    request = {
        "parent": PARENT,
        "model_id": "own",
        "model": {"display_name": "Own", "container_spec": IMAGE, **fields},
    }
    endpoints.ended(endpoints.vertex.client.upload_model(request=request))
    return name("own")


@pytest.mark.parametrize(
    ("model", "version"),
    [
        (name("churn"), "1"),
        (name("churn", "@2"), "2"),
        (name("churn", "@golden"), "2"),
        (name("churn", "@default"), "1"),
        (f"projects/{PROJECT}/locations/{REGION}/models/churn@2", "2"),
    ],
    ids=["bare", "number", "alias", "default", "project-id"],
)
@pytest.mark.parametrize("versioned", [True, False], ids=["with-version", "without"])
def test_a_model_is_named_by_version_or_alias_and_shown_by_number(
    endpoints: Endpoints, model: str, version: str, versioned: bool
) -> None:
    endpoints.vertex.env.set({"deployed_model_name_has_version": versioned})
    endpoints.deploy(model)
    (deployed,) = endpoints.get().deployed_models

    assert deployed.model == name("churn", f"@{version}" if versioned else "")
    assert deployed.model_version_id == version
    assert endpoints.refs(suffix=f"@{version}") == [(endpoint(), deployed.id)]


def test_an_alias_that_moves_later_moves_no_deployment(endpoints: Endpoints) -> None:
    begun = endpoints.begin_deploy(name("churn", "@golden"))
    endpoints.vertex.client.merge_version_aliases(
        name=name("churn", "@1"), version_aliases=["golden"]
    )
    endpoints.ended(begun)

    assert endpoints.get().deployed_models[0].model_version_id == "2"


def test_the_whole_configuration_is_kept_and_shown(endpoints: Endpoints) -> None:
    given: dict[str, Any] = {
        "id": "0012345678",
        "display_name": "Blue",
        "dedicated_resources": {
            "machine_spec": {
                "machine_type": "n1-standard-4",
                "accelerator_type": "NVIDIA_TESLA_T4",
                "accelerator_count": 1,
            },
            "min_replica_count": 2,
            "max_replica_count": 5,
            "autoscaling_metric_specs": [
                {
                    "metric_name": "aiplatform.googleapis.com/prediction/online/cpu/utilization",
                    "target": 70,
                }
            ],
        },
        "explanation_spec": {"parameters": {"sampled_shapley_attribution": {"path_count": 10}}},
        "disable_explanations": True,
        "service_account": "serve@shop.iam.gserviceaccount.com",
        "disable_container_logging": True,
        "enable_access_logging": True,
        "faster_deployment_config": {"fast_tryout_enabled": True},
        "system_labels": {"team": "growth"},
    }
    done = endpoints.deploy(**given)
    answered = aiplatform_v1.DeployModelResponse.deserialize(done.response.value).deployed_model
    (shown,) = endpoints.get().deployed_models

    wanted = aiplatform_v1.DeployedModel(
        **given,
        model=name("churn", "@1"),
        model_version_id="1",
        create_time=shown.create_time,
    )
    assert shown == wanted
    assert answered == shown


def test_what_is_output_only_is_not_taken(endpoints: Endpoints) -> None:
    endpoints.deploy(
        model_version_id="2",
        create_time={"seconds": 1},
        private_endpoints={"predict_http_uri": "x"},
        status={"message": "x"},
    )
    (shown,) = endpoints.get().deployed_models

    assert (shown.model_version_id, shown.private_endpoints, shown.status) == (
        "1",
        aiplatform_v1.PrivateEndpoints(),
        aiplatform_v1.DeployedModel.Status(),
    )
    assert shown.create_time == endpoints.get().update_time


def test_a_deployed_model_has_the_models_name_and_an_id_of_the_services_choice(
    endpoints: Endpoints,
) -> None:
    endpoints.deploy()
    endpoints.deploy()
    first, second = endpoints.get().deployed_models

    assert (first.display_name, second.display_name) == ("churn", "churn")
    assert (len(first.id), first.id.isdecimal(), first.id != second.id) == (19, True, True)


@pytest.mark.parametrize("deployed_id", ["12345678901", "a", "1-2", "0", "-1"])
def test_an_id_of_another_form_is_refused(endpoints: Endpoints, deployed_id: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="DeployedModel ID"):
        endpoints.begin_deploy(id=deployed_id)


def test_an_id_is_used_once_in_an_endpoint(endpoints: Endpoints) -> None:
    endpoints.deploy(id="7")
    other = endpoints.create("e2")
    endpoints.deploy(to=other, id="7")

    with pytest.raises(exceptions.AlreadyExists, match="7 already exists"):
        endpoints.begin_deploy(id="7")
    assert (endpoints.ids(), endpoints.ids(other)) == (["7"], ["7"])
    assert endpoints.refs() == [(endpoint(), "7"), (other, "7")]


def test_explanations_are_inherited_from_the_model(endpoints: Endpoints) -> None:
    shapley = {"sampled_shapley_attribution": {"path_count": 5}}
    spec = {"parameters": {**shapley, "top_k": 3}, "metadata": {"outputs": {"y": {}}}}
    model = upload(endpoints, explanation_spec=spec)
    endpoints.deploy(model)
    endpoints.deploy(model, explanation_spec={"parameters": {"top_k": 1}})
    inherited, own = (item.explanation_spec for item in endpoints.get().deployed_models)

    assert inherited == aiplatform_v1.ExplanationSpec(spec)
    assert own.parameters.top_k == 1
    assert own.parameters.sampled_shapley_attribution.path_count == 5


def test_a_model_of_another_region_or_project_is_deployed(endpoints: Endpoints) -> None:
    far = endpoints.create("far", ELSEWHERE)
    endpoints.vertex.registry.register_bqml("other", REGION, "theirs", caller=CALLER)
    theirs = endpoints.vertex.registry.project_number("other")
    endpoints.deploy(to=far, id="1")
    endpoints.deploy(f"projects/other/locations/{REGION}/models/theirs", to=far, id="2")

    models = [item.model for item in endpoints.get(far).deployed_models]
    assert models == [name("churn", "@1"), f"projects/{theirs}/locations/{REGION}/models/theirs@1"]
    assert endpoints.refs() == [(far, "1")]


@pytest.mark.parametrize(
    "model",
    [name("gone"), name("churn", "@9"), name("churn", "@silver")],
    ids=["id", "number", "alias"],
)
def test_a_model_that_is_not_there_is_not_found(endpoints: Endpoints, model: str) -> None:
    with pytest.raises(exceptions.NotFound, match="The Model does not exist"):
        endpoints.begin_deploy(model)


def test_an_endpoint_that_is_not_there_is_not_found(endpoints: Endpoints) -> None:
    for refused in (
        lambda: endpoints.begin_deploy(to=endpoint("gone")),
        lambda: endpoints.begin_undeploy("1", at=endpoint("gone")),
    ):
        with pytest.raises(exceptions.NotFound, match=f"Endpoint `{endpoint('gone')}` not found"):
            refused()


@pytest.mark.parametrize(
    ("resources", "refusal", "text"),
    [
        ({"dedicated_resources": None}, exceptions.InvalidArgument, "no prediction resources"),
        (
            {"dedicated_resources": {"min_replica_count": 1}},
            exceptions.InvalidArgument,
            "machine_type",
        ),
        (
            {"dedicated_resources": {"machine_spec": {"machine_type": "n1-standard-2"}}},
            exceptions.InvalidArgument,
            "min_replica_count",
        ),
        (
            {"automatic_resources": {"min_replica_count": 1}},
            exceptions.InvalidArgument,
            "automatic_resources",
        ),
        (
            {"shared_resources": f"{PARENT}/deploymentResourcePools/p"},
            exceptions.MethodNotImplemented,
            "shared_resources",
        ),
    ],
    ids=["none", "no-machine", "no-replicas", "automatic", "pool"],
)
def test_machines_that_do_not_fit_the_model_are_refused(
    endpoints: Endpoints, resources: dict[str, Any], refusal: Any, text: str
) -> None:
    if next(iter(resources)) != "dedicated_resources":
        resources["dedicated_resources"] = None

    with pytest.raises(refusal, match=text):
        endpoints.begin_deploy(**resources)


def test_automatic_resources_do_for_a_model_that_supports_them(endpoints: Endpoints) -> None:
    state = endpoints.vertex.registry.dump()
    content = {"supportedDeploymentResourcesTypes": ["AUTOMATIC_RESOURCES"]}
    state["models"][0]["versions"][0]["content"] = content
    endpoints.vertex.registry.load(state)
    endpoints.deploy(dedicated_resources=None, automatic_resources={"min_replica_count": 1})

    (deployed,) = endpoints.get().deployed_models
    assert deployed.automatic_resources.min_replica_count == 1


def test_a_placeholder_cannot_be_deployed(endpoints: Endpoints) -> None:
    model = upload(endpoints, container_spec=None)

    with pytest.raises(exceptions.FailedPrecondition, match="does not support deployment"):
        endpoints.begin_deploy(model)


def test_a_model_that_bigquery_cannot_export_fails_at_the_end(endpoints: Endpoints) -> None:
    endpoints.vertex.register("forecast", exportable=False)
    begun = endpoints.begin_deploy(name("forecast"), split={"0": 100})
    done = endpoints.ended(begun)
    metadata = aiplatform_v1.DeployModelOperationMetadata.deserialize(done.metadata.value)

    assert done.error.code == code_pb2.FAILED_PRECONDITION
    assert done.error.message == f"Model {name('forecast')} is not exportable from BigQueryML."
    assert metadata.deployment_stage == aiplatform_v1.DeploymentStage.FAILED_TO_DEPLOY
    assert (endpoints.ids(), endpoints.split(), endpoints.refs("forecast")) == ([], {}, [])


def test_a_private_endpoint_tells_where_its_model_is_reached(endpoints: Endpoints) -> None:
    target = endpoints.create("inside", network=NETWORK)
    endpoints.deploy(to=target, id="7")
    (deployed,) = endpoints.get(target).deployed_models

    base = "http://inside.aiplatform.googleapis.com/v1/models/7"
    assert deployed.private_endpoints.predict_http_uri == f"{base}:predict"
    assert deployed.private_endpoints.health_http_uri == base
