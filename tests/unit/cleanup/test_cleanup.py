"""Requests: one deletion from its message to its end, on the fakes (see scene.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import CHURN, CREATED
from msgspec.structs import replace
from scene import OTHER, REQUESTS, VERSION, Scene

from shared.cleanup.rules import (
    CleanupRules,
    EmptiedEndpoints,
    Protections,
    RestWithoutTraffic,
)
from shared.conditions import Condition
from shared.errors import PermanentError, RetryableError, StaleError
from shared.reasons import Reason

COMPLETE = [
    "deletion.v1.requested",
    "deployment.v1.undeployplanned",
    "deployment.v1.undeployed",
    "deletion.v1.completed",
]


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


def test_the_first_delivery_changes_nothing_and_passes_the_plan_on() -> None:
    scene = Scene()
    deployed = scene.deploy()

    scene.deliver(scene.request())

    (message,) = scene.taken()
    assert scene.calls() == []
    assert scene.told == COMPLETE[:2]
    assert deployed.configuration.replace('"', '\\"') in message.data.decode()


def test_a_model_that_is_deployed_nowhere_is_deleted() -> None:
    scene = Scene()

    scene.settle(scene.request())

    assert scene.told == ["deletion.v1.requested", "deletion.v1.completed"]
    assert scene.calls() == ["models.delete"]


def test_without_delete_the_model_is_only_made_ready_to_go() -> None:
    scene = Scene()
    scene.deploy()

    scene.settle(scene.request(delete=False))

    assert scene.reasons[-1] == "NOTHING_DEPLOYED"
    assert scene.told[-1] == "deletion.v1.ready"
    assert CHURN in scene.google.models


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


# Redelivery.


@pytest.mark.parametrize("call", range(12))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_ends_as_if_there_had_been_none(call: int, when: str) -> None:
    undisturbed = Scene()
    undisturbed.deploy(share=60)
    undisturbed.deploy_other(share=40)
    undisturbed.settle(undisturbed.request())

    scene = Scene()
    scene.deploy(share=60)
    scene.deploy_other(share=40)
    crash = Crash(scene, call, after=when == "after")
    crash.settle(scene.request())

    assert sorted(scene.events) == sorted(undisturbed.events)
    assert scene.google.models == {}
    assert scene.endpoint() is not None
    assert scene.endpoint().traffic == undisturbed.endpoint().traffic  # type: ignore[union-attr]


class CrashError(Exception):
    """The instance ends."""


class Crash:
    """Ends the instance at one call, before or after its effect; its message comes again."""

    def __init__(self, scene: Scene, at: int, *, after: bool) -> None:
        self._scene = scene
        self._left = at
        self._after = after
        self._armed = False
        scene.google.enter = self._enter  # type: ignore[method-assign]

    def _enter(self, call: str) -> None:
        self._scene.google.calls.append(call)
        if self._armed and self._after:
            self._armed = False
            raise CrashError  # at the call behind the one that had its effect
        if self._left == 0:
            self._left -= 1
            if not self._after:
                raise CrashError
            self._armed = True
            return
        self._left -= 1

    def settle(self, message: Any) -> None:
        queue = [message]
        for _ in range(20):
            queue += self._scene.taken()
            if not queue:
                return
            try:
                self._scene.deliver(queue[0])
            except CrashError:
                self._scene.instance()
            else:
                queue.pop(0)
        raise AssertionError("it goes on and on")


def test_a_second_copy_of_the_request_announces_nothing_new() -> None:
    scene = Scene()
    scene.deploy()
    request = scene.request()

    scene.settle(request, request)
    scene.instance()
    scene.settle(request)

    assert scene.told == COMPLETE


# Generation.


def test_a_request_older_than_the_model_touches_nothing() -> None:
    scene = Scene()
    scene.deploy()
    request = scene.message({"model": str(CHURN)}, published=CREATED - timedelta(seconds=1))

    scene.settle(request)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_request_that_names_another_etag_touches_nothing() -> None:
    scene = Scene()
    scene.deploy()

    scene.settle(scene.request(etag="not-this-one"))

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_an_intent_older_than_the_rule_allows_touches_nothing() -> None:
    scene = Scene(CleanupRules(max_intent_age_hours=2))
    scene.deploy()
    request = scene.request()
    scene.later(hours=2, seconds=1)

    scene.settle(request)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_model_made_again_by_somebody_else_in_the_middle_is_not_touched() -> None:
    scene = Scene()
    scene.deploy("7")
    scene.deploy("8")
    scene.deliver(scene.request())

    def made_again() -> None:
        scene.google.before.pop("UndeployModel")
        # As CREATE OR REPLACE would, had it not been refused: the same name, another model.
        model = scene.google.models[CHURN]
        scene.google.models[CHURN] = replace(model, created=CREATED + timedelta(hours=9))

    scene.google.before["UndeployModel"] = made_again
    scene.settle()

    assert scene.events[-1] == ("deletion.v1.cancelled", "STALE_INTENT")
    assert scene.told.count("deployment.v1.undeployed") == 1
    assert scene.calls("UndeployModel", "models.delete") == ["UndeployModel"]
    assert CHURN in scene.google.models


def test_a_model_made_again_before_the_delete_is_not_deleted() -> None:
    scene = Scene()
    scene.deploy()
    scene.deliver(scene.request())

    def made_again() -> None:
        model = scene.google.models[CHURN]
        scene.google.models[CHURN] = replace(model, created=CREATED + timedelta(hours=9))

    scene.google.before["GetOperation"] = made_again
    scene.settle()

    assert scene.events[-1] == ("deletion.v1.cancelled", "STALE_INTENT")
    assert "models.delete" not in scene.google.calls


# Protections.


PROTECTED: dict[str, tuple[CleanupRules, dict[str, Any]]] = {
    "PROTECTED_BY_LABEL": (
        CleanupRules(protect=Protections(labels={"tier": Condition(("gold",))})),
        {"labels": {"tier": "gold"}},
    ),
    "PROTECTED_BY_ALIAS": (
        CleanupRules(protect=Protections(aliases=("champ*",))),
        {"version": {"aliases": ("default", "champion")}},
    ),
    "PROTECTED_BY_TRAFFIC": (CleanupRules(protect=Protections(traffic_share=59)), {}),
    "TOO_MANY_UNDEPLOYMENTS": (CleanupRules(max_undeployments=0), {}),
}


@pytest.mark.parametrize("reason", PROTECTED)
def test_what_a_rule_protects_is_not_touched_and_the_event_says_how_to_go_on(reason: str) -> None:
    rules, given = PROTECTED[reason]
    scene = Scene(rules, **given)
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.settle(scene.request())

    (blocked,) = scene.data("blocked")
    assert scene.events == [("deletion.v1.blocked", reason)]
    assert scene.calls() == []
    assert '"force": true' in blocked["deletion"]["how_to_go_on"]
    assert '"endpoint":"7"' in blocked["deletion"]["plan"]


@pytest.mark.parametrize("reason", PROTECTED)
def test_a_forced_request_overrides_every_protection_and_says_so(reason: str) -> None:
    rules, given = PROTECTED[reason]
    scene = Scene(rules, **given)
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.settle(scene.request(force=True))

    (requested,) = scene.data("deletion.v1.requested")
    assert scene.told == COMPLETE
    assert requested["deletion"]["force"] is True
    assert reason in requested["deletion"]["plan"]


def test_where_the_rest_has_no_traffic_the_rule_chooses() -> None:
    stopped = Scene()
    shared = Scene(CleanupRules(rest_without_traffic=RestWithoutTraffic.EQUAL_SHARES))
    for scene in (stopped, shared):
        scene.deploy(share=100)
        scene.deploy_other(share=0)
        scene.deploy_other(share=0)
        scene.settle(scene.request())

    assert stopped.events == [("deletion.v1.blocked", "REST_WITHOUT_TRAFFIC")]
    assert stopped.calls() == []
    assert sorted(shared.endpoint().traffic.values()) == [50, 50]  # type: ignore[union-attr]
    assert shared.told[-1] == "deletion.v1.completed"


def test_a_protection_set_in_the_middle_stops_the_rest() -> None:
    scene = Scene(CleanupRules(protect=Protections(labels={"tier": Condition(("gold",))})))
    scene.deploy("7")
    scene.deliver(scene.request())
    scene.relabel(tier="gold")

    scene.settle()

    assert scene.events[-1] == ("deletion.v1.blocked", "PROTECTED_BY_LABEL")
    assert scene.calls() == []


def test_advice_names_what_stands_in_the_way_first_and_force_last() -> None:
    scene = Scene(
        CleanupRules(protect=Protections(aliases=("champ*",))),
        version={"aliases": ("champion", "default")},
    )
    scene.deploy()

    scene.settle(scene.request(delete=False))

    (blocked,) = scene.data("blocked")
    how = blocked["deletion"]["how_to_go_on"]
    assert how.startswith(Reason.PROTECTED_BY_ALIAS.meaning)
    assert how.index("Move it") < how.index('"force": true')
    assert '"delete": false' in how


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


# Time.


def test_out_of_time_the_next_delivery_goes_on_where_the_world_stands() -> None:
    scene = Scene(delivery_seconds=30)
    scene.at.undeploy_seconds = 50
    scene.deploy("7")
    scene.deploy("8")

    scene.settle(scene.request())

    assert scene.reasons[1] == "OUT_OF_TIME"
    assert scene.reasons[-1] == "CLEANED_UP"
    assert scene.told.count("deployment.v1.undeployed") == 2
    assert scene.calls("UndeployModel").count("UndeployModel") >= 2


def test_a_delete_that_is_still_refused_after_the_undeployment_is_tried_again() -> None:
    scene = Scene()
    scene.at.still_deployed_seconds = 70
    scene.deploy()

    scene.settle(scene.request())

    assert scene.reasons == ["CLEANUP_PLANNED", "CLEANED_UP"]
    assert scene.google.calls.count("models.delete") > 2
    assert scene.google.clock.slept >= 70


def test_a_lag_longer_than_a_delivery_is_carried_on() -> None:
    scene = Scene(delivery_seconds=20)
    scene.at.still_deployed_seconds = 45
    scene.deploy()

    scene.settle(scene.request())

    assert "OUT_OF_TIME" in scene.reasons
    assert scene.told == COMPLETE


def test_a_busy_endpoint_is_waited_for() -> None:
    scene = Scene()
    deployed = scene.deploy(share=60)
    scene.deploy_other(share=40)
    scene.at.undeploy_seconds = 20
    scene.deliver(scene.request())
    endpoint = scene.endpoint()
    assert endpoint is not None
    scene.at.begin(endpoint.name, lambda: None)

    scene.settle()

    assert deployed not in scene.endpoint().deployed  # type: ignore[union-attr]
    assert scene.told == COMPLETE


# Failures.


def test_one_endpoint_that_fails_for_good_is_reported_while_the_others_finish() -> None:
    scene = Scene()
    scene.deploy("7")
    scene.deploy("8")
    refusal = PermanentError(Reason.PERMISSION_DENIED, "aiplatform.endpoints.undeploy denied")
    undeploy = scene.google.endpoints.undeploy

    def denied(endpoint: Any, deployed_model_id: str) -> Any:
        if endpoint.endpoint == "7":
            scene.google.enter("UndeployModel")
            raise refusal
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.undeploy = denied  # type: ignore[method-assign]
    last = scene.settle(scene.request())

    assert isinstance(last, PermanentError)
    assert last.reason is Reason.PERMISSION_DENIED
    assert "deployment.v1.undeployfailed" in last.announced
    assert ("deployment.v1.undeployfailed", "PERMISSION_DENIED") in scene.events
    assert scene.told.count("deployment.v1.undeployed") == 1
    assert ("model.v1.failed", "PERMISSION_DENIED") in scene.events
    assert CHURN in scene.google.models

    assert len(scene.calls("UndeployModel")) == 2  # denied once: a missing role is not asked again

    del scene.google.endpoints.undeploy  # mended; the letter is redriven
    letter = scene.message({"model": str(CHURN)})
    scene.settle(letter)

    assert scene.told[-1] == "deletion.v1.completed"


def test_of_several_on_an_endpoint_the_one_that_failed_is_named() -> None:
    scene = Scene()
    denied_one, *others = (scene.deploy(share=share) for share in (20, 10, 5))
    scene.deploy_other(share=65)
    undeploy = scene.google.endpoints.undeploy

    def denied(endpoint: Any, deployed_model_id: str) -> Any:
        if deployed_model_id == denied_one.id:
            raise PermanentError(Reason.PERMISSION_DENIED, f"denied for {denied_one.id}")
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.undeploy = denied  # type: ignore[method-assign]
    scene.settle(scene.request())

    (failed,) = scene.data("undeployfailed")
    assert any(item in scene.endpoint().deployed for item in others)  # type: ignore[union-attr]
    assert failed["deployment"]["deployed_model_id"] == denied_one.id
    assert failed["verdict"]["detail"].endswith(f"denied for {denied_one.id}")


@pytest.mark.parametrize(
    "call", ["GetEndpoint", "UpdateEndpoint", "UndeployModel", "models.delete"]
)
def test_what_time_mends_is_answered_so_that_the_message_comes_again(call: str) -> None:
    scene = Scene()
    scene.deploy(share=60)
    scene.deploy_other(share=40)
    scene.deliver(scene.request())
    (message,) = scene.taken()

    def unavailable() -> None:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    scene.google.before[call] = unavailable
    outcome = scene.deliver(message)
    scene.google.before.clear()
    scene.settle(message)

    assert isinstance(outcome, RetryableError)
    assert scene.told == COMPLETE


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"\xff", b"{}", b'{"model": 1}', b'{"model": "churn"}', b'{"model": "projects/p/datasets/d/models/m", "foce": true}'],
)  # fmt: skip
def test_what_is_no_request_is_a_dead_letter_with_a_reason(data: bytes) -> None:
    scene = Scene()

    outcome = scene.deliver(scene.message(data))

    assert isinstance(outcome, PermanentError)
    assert outcome.reason is Reason.MALFORMED_REQUEST
    assert outcome.detail
    assert scene.google.calls == []


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


def test_a_dry_run_publishes_the_plan_and_changes_nothing() -> None:
    scene = Scene(dry_run=True)
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.deliver(scene.request())

    (requested,) = scene.data("deletion.v1.requested")
    assert scene.told == COMPLETE[:2]
    assert requested["verdict"]["dry_run"] is True
    assert '"endpoint":"7"' in requested["deletion"]["plan"]
    assert scene.calls() == []
    assert REQUESTS not in scene.google.published


def test_a_dry_run_does_not_follow_what_another_function_goes_on_with() -> None:
    acting, rehearsing = Scene(), Scene(dry_run=True)
    for scene in (acting, rehearsing):
        scene.deploy()
    acting.deliver(acting.request())
    (message,) = acting.taken()

    rehearsing.deliver(message)

    assert rehearsing.calls() == []
    assert rehearsing.told == []
