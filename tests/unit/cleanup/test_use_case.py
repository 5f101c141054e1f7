"""Requests: one deletion from its message to its end, on the fakes (see scene.py)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.cleanup.use_case import INTENT_KINDS
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.policy.cleanup_rules import CleanupRules, EmptiedEndpoints
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.unit.cleanup.scene import COMPLETE, EVENTS, VERSION, Scene


def test_a_request_undeploys_the_model_everywhere_and_deletes_it() -> None:
    scene = Scene()
    scene.deploy("7")
    scene.deploy("8")

    scene.settle(scene.request())

    assert scene.reasons == ["CLEANUP_PLANNED", "CLEANED_UP"]
    assert scene.told == [
        "deletion.v1.requested",
        "deployment.v1.undeployplanned",
        "deployment.v1.undeployplanned",
        "deployment.v1.undeployed",
        "deployment.v1.undeployed",
        "deletion.v1.completed",
    ]
    assert scene.google.models == {}
    assert scene.at.refs(VERSION) == ()


def test_a_model_that_is_deployed_nowhere_is_deleted() -> None:
    scene = Scene()

    scene.settle(scene.request())

    assert scene.told == ["deletion.v1.requested", "deletion.v1.completed"]
    assert scene.calls() == ["models.delete"]


def test_a_shared_endpoint_keeps_its_other_model_with_all_of_the_traffic() -> None:
    scene = Scene()
    scene.deploy(share=70)
    other = scene.deploy_other(share=30)

    scene.settle(scene.request())

    endpoint = scene.endpoint()
    assert endpoint is not None
    assert endpoint.deployed == (other,)
    assert endpoint.traffic == {other.id: 100}
    assert scene.calls() == ["UpdateEndpoint", "UndeployModel", "models.delete"]


def test_where_case_is_ignored_a_request_is_about_the_name_that_bigquery_answers_with() -> None:
    scene = Scene()
    scene.google.ignoring_case.add(CHURN.dataset)
    scene.deploy()

    outcome = scene.settle(scene.request(replace(CHURN, model="CHURN")))

    subjects = {message.attributes["ce-subject"] for message in scene.google.published[EVENTS]}
    assert isinstance(outcome, Outcome)
    assert (outcome.name, outcome.reason) == (CHURN, Reason.CLEANED_UP)
    assert subjects == {f"//bigquery.googleapis.com/{CHURN}"}
    assert scene.told == COMPLETE


def test_a_model_that_does_not_exist_asks_for_nothing() -> None:
    scene = Scene()
    scene.google.models.clear()

    scene.settle(scene.request())

    assert scene.reasons == ["MODEL_GONE"]
    assert scene.told == []


def test_the_events_carry_what_a_restore_needs() -> None:
    scene = Scene()
    deployed = scene.deploy(share=100)

    scene.settle(scene.request(reason="replaced"))

    (gone,) = scene.data("undeployed")
    (requested,) = scene.data("deletion.v1.requested")
    assert gone["deployment"]["configuration"] == deployed.configuration
    assert gone["deployment"]["deployed_model_id"] == deployed.id
    assert gone["deployment"]["share"] == 100
    assert requested["deletion"]["said"] == "replaced"
    assert deployed.id in requested["deletion"]["plan"]


# Endpoints that are empty afterwards.


def test_an_emptied_endpoint_stays_unless_the_rule_says_delete() -> None:
    kept, gone, watched = (
        Scene(),
        Scene(CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE)),
        Scene(CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE)),
    )
    kept.deploy()
    gone.deploy()
    watched.deploy(monitoring_job="projects/1/locations/l/modelDeploymentMonitoringJobs/9")
    for scene in (kept, gone, watched):
        scene.settle(scene.request())

    assert kept.endpoint() is not None
    assert gone.endpoint() is None
    assert watched.endpoint() is not None
    assert "modelDeploymentMonitoringJobs/9" in watched.data("undeployed")[0]["deployment"]["note"]
    assert all(scene.told == COMPLETE for scene in (kept, gone, watched))


@pytest.mark.parametrize(
    "error",
    [
        RetryableError(Reason.SERVICE_UNAVAILABLE, "503"),
        RetryableError(Reason.ENDPOINT_BUSY, "other operations running"),
        StaleError("aborted"),
    ],
    ids=["unavailable", "busy", "aborted"],
)
@pytest.mark.parametrize("call", ["DeleteEndpoint", "GetOperation"])
def test_an_endpoint_that_cannot_be_deleted_just_now_is_deleted_by_the_next_delivery(
    call: str, error: Exception
) -> None:
    scene = Scene(CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE))
    scene.deploy()
    scene.deliver(scene.request())
    (message,) = scene.taken()

    def once() -> None:
        if "DeleteEndpoint" in scene.google.calls:
            scene.google.before.clear()
            raise error

    scene.google.before[call] = once
    scene.deliver(message)
    scene.settle(message)

    assert scene.endpoint() is None
    assert scene.told == COMPLETE


def test_an_endpoint_that_may_not_be_deleted_keeps_nothing_from_going_on() -> None:
    scene = Scene(CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE))
    scene.deploy()

    def denied() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "403")

    scene.google.before["DeleteEndpoint"] = denied
    scene.settle(scene.request())

    assert scene.told == COMPLETE
    assert "403" in scene.data("undeployed")[0]["deployment"]["note"]


def test_an_endpoint_that_serves_others_is_not_deleted() -> None:
    scene = Scene(CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE))
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.settle(scene.request())

    assert scene.endpoint() is not None


def test_a_private_endpoint_is_cleaned_up_without_a_split() -> None:
    scene = Scene()
    scene.deploy(share=0, is_private=True)

    scene.settle(scene.request())

    assert scene.calls() == ["UndeployModel", "models.delete"]
    assert scene.told == COMPLETE


def test_a_remote_models_endpoints_are_left_to_bigquery() -> None:
    scene = Scene()
    scene.deploy()
    scene.google.models[CHURN] = replace(
        scene.google.models[CHURN], is_remote=True, vertex_model_id="", vertex_version=""
    )

    scene.deliver(scene.request())

    assert "ListModelVersions" not in scene.google.calls
    assert scene.told == ["deletion.v1.requested"]


# Dry run.


def test_a_dry_run_does_not_follow_what_another_function_goes_on_with() -> None:
    acting, rehearsing = Scene(), Scene(dry_run=True)
    for scene in (acting, rehearsing):
        scene.deploy()
    acting.deliver(acting.request())
    (message,) = acting.taken()

    rehearsing.deliver(message)

    assert rehearsing.calls() == []
    assert rehearsing.told == []


@pytest.mark.parametrize("statement", RefusedStatement)
def test_every_refused_statement_is_an_intent_of_its_own_kind(statement: RefusedStatement) -> None:
    others = [kind for other, kind in INTENT_KINDS.items() if other is not statement]

    assert INTENT_KINDS[statement] not in others
