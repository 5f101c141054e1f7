"""What one delivery leaves to the next: nothing is lost, and nothing is tried for ever (see scene.py)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import DeliveryError, RetryableError, StaleError
from bqml_registrar.names import EndpointName
from bqml_registrar.policy.cleanup_rules import CleanupRules, EmptiedEndpoints
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.rules import Match
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModelRef, Operation
from tests.builders import CHURN, CREATED, a_policy, a_rule
from tests.unit.cleanup.scene import VERSION, Scene


def undeployed_but_not_told(scene: Scene) -> Any:
    """The message of a delivery that undeployed, and could announce nothing any more."""
    scene.deploy()
    scene.deliver(scene.request())
    (message,) = scene.taken()

    def fail() -> None:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    scene.google.before["Publish"] = fail
    assert isinstance(scene.deliver(message), RetryableError)
    scene.google.before.clear()
    return message


# Nothing is lost.


def test_a_request_that_is_published_again_after_it_came_to_nothing_is_followed() -> None:
    scene = Scene(CleanupRules(max_undeployments=1))
    scene.deploy("7")
    at = scene.now().isoformat()
    scene.deliver(scene.request(requested_at=at))
    scene.deploy("8")
    scene.settle()
    scene.at.remove(name_of(scene, "8"), "2")

    scene.settle(scene.request(requested_at=at))

    assert scene.told[-1] == "deletion.v1.completed"


def name_of(scene: Scene, endpoint: str) -> EndpointName:
    found = scene.endpoint(endpoint)
    assert found is not None
    return found.name


def test_what_left_is_told_also_where_nobody_knows_the_rule_any_more() -> None:
    scene = Scene()
    message = undeployed_but_not_told(scene)
    by_job = a_rule(match=Match(fields={"creator": Condition(("ana@*",))}))
    scene.context = Context(**{**scene._context, "policy": a_policy(by_job)})

    scene.deliver(message)

    assert scene.events[-2:] == [
        ("deployment.v1.undeployed", "UNDEPLOYED"),
        ("deletion.v1.blocked", "ORIGIN_UNKNOWN"),
    ]


def test_what_left_is_told_also_where_the_intent_is_over() -> None:
    scene = Scene()
    message = undeployed_but_not_told(scene)
    scene.later(hours=7)

    scene.deliver(message)

    assert scene.events[-2:] == [
        ("deployment.v1.undeployed", "UNDEPLOYED"),
        ("deletion.v1.cancelled", "STALE_INTENT"),
    ]


def test_what_left_is_told_also_where_the_model_is_gone() -> None:
    scene = Scene()
    message = undeployed_but_not_told(scene)
    scene.google.drop(CHURN)

    scene.deliver(message)

    assert scene.told[-2:] == ["deployment.v1.undeployed", "deletion.v1.completed"]


def test_a_model_that_is_gone_while_it_serves_is_not_called_undeployed() -> None:
    scene = Scene()
    scene.deploy()
    scene.deliver(scene.request())
    del scene.google.models[CHURN]

    scene.settle()

    (completed,) = scene.data("completed")
    assert "deployment.v1.undeployed" not in scene.told
    assert f"still deployed: 1 on {name_of(scene, '7')}" in completed["verdict"]["detail"]


def test_what_is_no_longer_known_as_the_models_own_stays_and_is_not_called_undeployed() -> None:
    rules = CleanupRules(max_undeployments=1)
    scene = Scene(rules)
    version = VERSION.at("2")
    scene.google.versions[version] = replace(scene.google.versions[VERSION], name=version)
    scene.at.deploy(version, "8")
    own = replace(scene.google.models[CHURN], vertex_version="2")
    scene.google.models[CHURN] = own
    scene.deliver(scene.request())
    scene.google.models[CHURN] = replace(own, vertex_version="1")
    scene.deploy("7")

    scene.deliver(scene.taken()[0])

    assert "deployment.v1.undeployed" not in scene.told
    assert scene.calls() == []


def test_one_endpoint_that_ends_unexpectedly_keeps_nobody_from_telling_of_the_others() -> None:
    scene = Scene(workers=4)
    for endpoint in ("6", "7", "8"):
        scene.deploy(endpoint)
    scene.deliver(scene.request())
    undeploy = scene.google.endpoints.undeploy

    def broken(endpoint: EndpointName, deployed_model_id: str) -> Operation:
        if endpoint.endpoint == "6":
            raise ValueError("nobody expected this")
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.undeploy = broken  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="nobody expected this"):
        scene.settle()

    assert scene.told.count("deployment.v1.undeployed") == 2


def test_an_emptied_endpoint_is_not_forgotten_while_others_take_their_time() -> None:
    scene = Scene(CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE), delivery_seconds=30)
    for endpoint in ("7", "8", "9"):
        scene.deploy(endpoint)
    scene.deliver(scene.request())
    delete, undeploy = scene.google.endpoints.delete, scene.google.endpoints.undeploy

    def unavailable(endpoint: EndpointName) -> Operation:
        scene.google.endpoints.delete = delete  # type: ignore[method-assign]
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    def slow(endpoint: EndpointName, deployed_model_id: str) -> Operation:
        scene.at.undeploy_seconds = 0 if endpoint.endpoint == "7" else 50
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.delete = unavailable  # type: ignore[method-assign]
    scene.google.endpoints.undeploy = slow  # type: ignore[method-assign]
    (message,) = scene.taken()
    outcome = scene.deliver(message)
    scene.settle(*([message] if isinstance(outcome, RetryableError) else []))

    scene.later(seconds=50)
    scene.at.settle()

    assert scene.at.endpoints == {}
    assert scene.told.count("deployment.v1.undeployed") == 3


def test_what_was_deployed_anew_keeps_its_traffic_until_that_is_announced() -> None:
    scene = Scene()
    scene.deploy(share=60)
    other = scene.deploy_other(share=40)
    scene.deliver(scene.request())

    def deploys_anew() -> None:
        scene.google.before.clear()
        anew = scene.deploy(share=0)
        endpoint = scene.endpoint()
        assert endpoint is not None
        scene.at.put(replace(endpoint, traffic={other.id: 10, anew.id: 90}))

    scene.google.before["UpdateEndpoint"] = deploys_anew
    scene.settle()

    planned = scene.data("undeployplanned")[-1]["deployment"]
    assert (planned["deployed_model_id"], planned["share"]) == ("3", 90)
    assert scene.endpoint().traffic == {other.id: 100}  # type: ignore[union-attr]
    assert scene.told[-1] == "deletion.v1.completed"


def test_what_left_counts_for_how_many_may_leave() -> None:
    scene = Scene(CleanupRules(max_undeployments=1))
    message = undeployed_but_not_told(scene)
    scene.deploy("8")

    scene.deliver(message)

    assert scene.events[-1] == ("deletion.v1.blocked", "TOO_MANY_UNDEPLOYMENTS")
    assert scene.endpoint("8").deployed  # type: ignore[union-attr]


def out_of_time(scene: Scene) -> Any:
    """The message of a clean-up that undeployed from 7, and began to at 8, which takes its time."""
    undeploy = scene.google.endpoints.undeploy

    def slow(endpoint: EndpointName, deployed_model_id: str) -> Operation:
        scene.at.undeploy_seconds = 0 if endpoint.endpoint == "7" else 50
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.undeploy = slow  # type: ignore[method-assign]
    scene.deploy("7")
    scene.deploy("8")
    scene.deliver(scene.request())
    assert scene.deliver(scene.taken()[0]).reason is Reason.OUT_OF_TIME
    return scene.taken()[0]


def test_what_leaves_between_two_deliveries_is_told_by_the_next() -> None:
    scene = Scene(delivery_seconds=30)
    message = out_of_time(scene)
    scene.later(seconds=50)

    scene.settle(message)

    assert scene.told.count("deployment.v1.undeployed") == 2
    assert scene.told[-1] == "deletion.v1.completed"


def test_what_left_in_deliveries_before_counts_for_how_many_may_leave() -> None:
    scene = Scene(CleanupRules(max_undeployments=2), delivery_seconds=30)
    message = out_of_time(scene)
    scene.deploy("9")

    scene.settle(message)

    assert scene.events[-1] == ("deletion.v1.blocked", "TOO_MANY_UNDEPLOYMENTS")


# Nothing is tried for ever.


def test_a_deployment_that_only_the_registry_calls_ours_is_waited_for() -> None:
    """As where an id was freed and given to another model, and the registry is behind."""
    scene = Scene(delivery_seconds=20)
    other = scene.deploy_other("7", share=100)
    ref = DeployedModelRef(endpoint=name_of(scene, "7"), id=other.id)
    scene.at.refs = lambda version: (ref,) if version == VERSION else ()  # type: ignore[method-assign]
    scene.deliver(scene.request())
    (message,) = scene.taken()

    outcome = scene.deliver(message)

    assert outcome.reason is Reason.OUT_OF_TIME
    assert scene.google.clock.slept >= 10
    assert scene.calls() == []


def test_no_undeployment_is_begun_when_the_time_is_up() -> None:
    scene = Scene(delivery_seconds=35)
    for _ in range(8):
        scene.deploy(share=0)
    scene.deliver(scene.request())
    (message,) = scene.taken()
    scene.google.before["UndeployModel"] = lambda: scene.later(seconds=10)

    outcome = scene.deliver(message)

    assert (outcome.reason, outcome.detail) == (Reason.OUT_OF_TIME, "4 undeployed, 4 left")


def test_an_endpoint_that_somebody_changes_all_the_time_is_left_to_another_delivery() -> None:
    scene = Scene()
    scene.deploy(share=60)
    other = scene.deploy_other(share=40)
    scene.deliver(scene.request())
    (message,) = scene.taken()

    def changes() -> None:
        endpoint = scene.endpoint()
        assert endpoint is not None
        scene.at.put(replace(endpoint, traffic={"1": 60, other.id: 40}))

    scene.google.before["UpdateEndpoint"] = changes
    outcome = scene.deliver(message)

    assert isinstance(outcome, RetryableError)
    assert outcome.reason is Reason.CONCURRENT_CHANGE
    assert len(scene.calls("UpdateEndpoint")) < 20
    assert scene.calls("UndeployModel") == []


# What a person reads.


def test_a_model_that_changes_all_the_time_is_named_in_the_log() -> None:
    scene = Scene()
    message = undeployed_but_not_told(scene)

    def changed() -> None:
        raise StaleError("the endpoint changed")

    scene.google.before["GetEndpoint"] = changed
    outcome = scene.deliver(message)

    assert isinstance(outcome, DeliveryError)
    assert (outcome.reason, outcome.context.model) == (Reason.CONCURRENT_CHANGE, str(CHURN))
    assert outcome.context.rule == "production-models"


def test_a_dry_run_tells_nothing_of_what_another_function_did() -> None:
    scene = Scene()
    message = undeployed_but_not_told(scene)
    scene.google.models[CHURN] = replace(scene.google.models[CHURN], created=CREATED.replace(day=1))
    scene.context = Context(**{**scene._context, "dry_run": True})
    told = list(scene.told)

    outcome = scene.deliver(message)

    assert scene.told == told
    assert "not followed" in str(outcome.detail)
