"""The control API of a running local cloud, seen through official clients.

Real: the process and every wire. Faults, clock, settings and sinks are observed by what a client gets.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from google.api_core import exceptions

from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.emulator.cloud_clients import (
    LINEAR,
    PROJECT,
    REGION,
    REGISTERED,
    SUBSCRIPTION,
    TOPIC,
    Clients,
)

EMPTY = {
    "bigquery": {"datasets": [], "models": [], "jobs": []},
    "vertex": {"project_numbers": {}, "models": [], "endpoints": [], "operations": []},
    "logging": {"sinks": [], "entries": []},
    "firestore": {"databases": [], "last_commit": 0},
}
MODELS = "protoPayload.metadata.modelCreation:*"


@pytest.fixture
def clients(local_cloud: Addresses, control: Control) -> Iterator[Clients]:
    """Clients of an empty local cloud, with a topic, a dataset, and entries exported once."""
    clients = Clients(local_cloud)
    control.settings(export_duplicates=0, export_latency=0.0, job_latency=0.0)
    control.settings(registration_latency=0.0, version_latency=0.0)
    clients.create_topic()
    clients.bigquery.create_dataset("sales")
    return clients


def ask(addresses: Addresses, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, addresses.control + path, json=body, timeout=20)


def event_names(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["protoPayload"]["resourceName"].rpartition("/")[2] for entry in entries]


def test_a_reset_clears_everything(clients: Clients, control: Control, local_cloud) -> None:
    control.create_sink("models", TOPIC, MODELS)
    clients.run(f"CREATE MODEL sales.churn {REGISTERED}")
    control.advance(3600)
    control.fault("GetModel", "error_before")
    control.reset()
    state = control.state()

    assert {name: state[name] for name in EMPTY} == EMPTY
    assert (state["pubsub"]["topics"], state["pubsub"]["subscriptions"]) == ([], [])
    assert control.calls() == []
    assert ask(local_cloud, "GET", "/faults").json() == {"open": []}
    assert ask(local_cloud, "GET", "/settings").json()["export_duplicates"] == 1
    now = ask(local_cloud, "POST", "/clock", {"advance_seconds": 0}).json()["now"]
    assert now.startswith(time.strftime("%Y-%m-%dT%H", time.gmtime()))


def test_an_export_under_way_does_not_survive_a_reset(clients: Clients, control: Control) -> None:
    for _ in range(10):
        control.settings(export_latency=0.001, export_duplicates=20)
        control.create_sink("all", TOPIC, 'protoPayload.serviceName="bigquery.googleapis.com"')
        clients.bigquery.create_dataset("sales", exists_ok=True)
        clients.bigquery.query("SELECT 1").result()
        control.reset()
        clients.create_topic()
        control.wait_idle()

        assert clients.pull() == []


def test_the_state_makes_the_way_there_and_back(clients: Clients, control, local_cloud) -> None:
    control.create_sink("models", TOPIC, MODELS)
    clients.run(f"CREATE MODEL sales.churn {REGISTERED}")
    clients.run(f"CREATE MODEL sales.plain {LINEAR}")
    control.wait_idle()
    state = control.state()
    control.reset()
    answer = ask(local_cloud, "PUT", "/state", state)

    assert answer.json() == control.state() == state
    assert {item.model_id for item in clients.bigquery.list_models("sales")} == {"churn", "plain"}
    assert clients.registry.get_model(name=f"{REGION}/models/churn").version_id == "1"
    assert sorted(event_names(clients.entries())) == ["churn", "plain"]


def test_a_part_of_the_state_can_be_asked_for(clients: Clients, local_cloud) -> None:
    state = ask(local_cloud, "GET", "/state?service=pubsub&service=vertex").json()

    assert set(state) == {"pubsub", "vertex"}


def test_what_is_under_way_goes_on_after_a_load(clients: Clients, control, local_cloud) -> None:
    control.settings(job_latency=3600.0)
    job = clients.bigquery.query(f"CREATE MODEL sales.churn {LINEAR}")
    state = control.state()
    control.reset()
    ask(local_cloud, "PUT", "/state", state).raise_for_status()
    job.result(timeout=10)

    assert [item.model_id for item in clients.bigquery.list_models("sales")] == ["churn"]


def test_a_state_that_cannot_be_read_changes_nothing(
    clients: Clients, control, local_cloud
) -> None:
    before = control.state()
    wrong = {"bigquery": {"datasets": []}, "pubsub": {"topics": [{"nmae": "t"}]}}
    answer = ask(local_cloud, "PUT", "/state", wrong)

    assert answer.status_code == 400
    assert "The state of pubsub cannot be read" in answer.text
    assert control.state() == before


def test_calls_tell_who_did_what_to_what_with_which_outcome(clients: Clients, control) -> None:
    with pytest.raises(exceptions.NotFound):
        clients.bigquery.get_model("sales.none")
    as_bo = [("authorization", "Bearer bo@example.com")]
    clients.publisher.get_topic(topic=TOPIC, metadata=as_bo)
    *_, missing, found = control.calls()

    assert missing["method"] == "google.cloud.bigquery.v2.ModelService.GetModel"
    assert missing["resource"] == f"projects/{PROJECT}/datasets/sales/models/none"
    assert (missing["principal"], missing["status"]) == ("ana@example.com", "NOT_FOUND")
    assert "gl-python" in missing["user_agent"]
    assert found["method"] == "google.pubsub.v1.Publisher.GetTopic"
    assert (found["resource"], found["principal"]) == (TOPIC, "bo@example.com")
    assert (found["status"], found["user_agent"][:11]) == ("OK", "grpc-python")
    assert found["number"] == missing["number"] + 1


def test_an_error_before_a_call_leaves_no_effect(clients: Clients, control: Control) -> None:
    control.fault("Publish", "error_before", status="PERMISSION_DENIED", message="Not you.")

    with pytest.raises(exceptions.PermissionDenied, match="Not you"):
        clients.publisher.publish(TOPIC, b"one").result(timeout=5)
    assert clients.pull() == []
    assert control.calls()[-2]["status"] == "PERMISSION_DENIED"


def test_an_error_after_a_call_has_its_effect(clients: Clients, control: Control) -> None:
    control.fault(
        "bigquery.v2.ModelService.PatchModel",
        "error_after",
        status="PERMISSION_DENIED",
        reason="accessDenied",
    )
    clients.run(f"CREATE MODEL sales.churn {LINEAR}")
    model = clients.bigquery.get_model("sales.churn")
    model.labels = {"team": "ml"}

    with pytest.raises(exceptions.Forbidden) as refused:
        clients.bigquery.update_model(model, ["labels"], retry=None)
    assert refused.value.errors[0]["reason"] == "accessDenied"
    assert clients.bigquery.get_model("sales.churn").labels == {"team": "ml"}


def test_a_fault_comes_after_those_to_skip_and_as_often_as_ordered(clients, control) -> None:
    control.fault("GetDataset", "error_before", status="NOT_FOUND", skip=1, count=2)
    outcomes = []
    for _ in range(4):
        try:
            clients.bigquery.get_dataset("sales", retry=None)
            outcomes.append("OK")
        except exceptions.NotFound:
            outcomes.append("NOT_FOUND")

    assert outcomes == ["OK", "NOT_FOUND", "NOT_FOUND", "OK"]


def test_a_latency_makes_a_call_slow(clients: Clients, control: Control) -> None:
    control.fault("GetTopic", "latency", seconds=0.3)
    begun = time.monotonic()
    clients.publisher.get_topic(topic=TOPIC)

    assert time.monotonic() - begun >= 0.3


def test_a_duplicate_delivery_comes_after_the_acknowledgement(clients: Clients, control) -> None:
    control.fault("delivery.pull", "duplicate")
    clients.publisher.publish(TOPIC, b"one").result(timeout=5)

    assert [clients.pull(), clients.pull(), clients.pull()] == [["one"], ["one"], []]


def test_a_dropped_delivery_comes_again_when_its_lease_has_ended(clients, control) -> None:
    control.fault("delivery.pull", "drop")
    clients.publisher.publish(TOPIC, b"one").result(timeout=5)
    at_first = clients.pull()
    control.advance(11)

    assert (at_first, clients.pull()) == ([], ["one"])


def test_a_reordered_delivery_is_overtaken(clients: Clients, control: Control) -> None:
    control.fault("delivery.pull", "reorder")
    for data in (b"one", b"two"):
        clients.publisher.publish(TOPIC, data).result(timeout=5)

    assert [*clients.pull(), *clients.pull()] == ["two", "one"]


@pytest.mark.parametrize(
    ("kind", "exported"),
    [("duplicate", ["m1", "m1", "m2"]), ("drop", ["m2"]), ("reorder", ["m1", "m2"])],
)
def test_faults_of_exports(clients: Clients, control, kind: str, exported: list[str]) -> None:
    control.create_sink("models", TOPIC, MODELS)
    control.fault("logging.export", kind)
    for name in ("m1", "m2"):
        clients.run(f"CREATE MODEL sales.{name} {LINEAR}")
    control.wait_idle()
    names = event_names(clients.entries())

    assert sorted(names) == exported
    assert kind != "reorder" or names == ["m2", "m1"]


def test_an_advanced_clock_fires_what_is_due(clients: Clients, control: Control) -> None:
    control.settings(registration_latency=600.0)
    control.create_sink("deletions", TOPIC, "protoPayload.metadata.modelDeletion:*")
    clients.run(f"CREATE MODEL sales.churn {LINEAR}")
    clients.run(
        "ALTER MODEL sales.churn SET OPTIONS(vertex_ai_model_id='churn', expiration_timestamp="
        "TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 DAY))"
    )
    with pytest.raises(exceptions.NotFound):
        clients.registry.get_model(name=f"{REGION}/models/churn")
    control.advance(601)
    control.wait_idle()
    registered = clients.versions("churn")
    control.advance(24 * 3600)
    message = clients.subscriber.pull(subscription=SUBSCRIPTION, max_messages=1, timeout=10)

    assert registered == ["1"]
    assert b'"reason":"EXPIRED"' in message.received_messages[0].message.data
    with pytest.raises(exceptions.NotFound):
        clients.registry.get_model(name=f"{REGION}/models/churn")


def test_a_setting_is_changed_by_its_name(clients: Clients, control: Control) -> None:
    control.settings(vertex_names_use_number=False)
    clients.run(f"CREATE MODEL sales.churn {REGISTERED}")
    model = clients.registry.get_model(name=f"{REGION}/models/churn")

    assert model.name == f"{REGION}/models/churn"


REFUSED = {
    "settings: unknown": ("PUT", "/settings", {"speed": 1}, "There is no setting 'speed'. Settings: default_principal, "),
    "settings: text for a number": ("PUT", "/settings", {"latency": "1"}, "'latency' takes a number, not '1'"),
    "settings: true for a number": ("PUT", "/settings", {"export_duplicates": True}, "takes a whole number, not True"),
    "settings: a fraction for a count": ("PUT", "/settings", {"export_duplicates": 0.5}, "takes a whole number, not 0.5"),
    "settings: 1 for true": ("PUT", "/settings", {"legacy_twins": 1}, "takes true or false, not 1"),
    "settings: negative": ("PUT", "/settings", {"latency": -1}, "takes a number from 0 on, not -1"),
    "settings: not a code": ("PUT", "/settings", {"stale_etag_status": "STALE"}, "takes ABORTED, ALREADY_EXISTS, "),
    "settings: not an event": ("PUT", "/settings", {"replace_writes": ["modelCreated"]}, "takes modelCreation, "),
    "settings: not a number of a project": ("PUT", "/settings", {"project_number": "shop"}, "not 'shop'"),
    "fault: unknown field": ("POST", "/faults", {"method": "Pull", "kind": "latency", "time": 1}, "A fault has no ['time']"),
    "fault: no kind": ("POST", "/faults", {"method": "Pull"}, "needs `method` and `kind`"),
    "fault: unknown kind": ("POST", "/faults", {"method": "Pull", "kind": "slow"}, "kind is one of "),
    "fault: unknown status": ("POST", "/faults", {"method": "Pull", "kind": "error_before", "status": "503"}, "status is one of "),
    "fault: count 0": ("POST", "/faults", {"method": "Pull", "kind": "latency", "count": 0}, "count is a whole number from 1 on"),
    "fault: text for seconds": ("POST", "/faults", {"method": "Pull", "kind": "latency", "seconds": "1"}, "seconds is a number from 0 on"),
    "fault: number for a method": ("POST", "/faults", {"method": 1, "kind": "latency"}, "method is a string, not 1"),
    "fault: a call that is reordered": ("POST", "/faults", {"method": "Pull", "kind": "reorder"}, "reorder happens to ('delivery.push'"),
    "clock: backwards": ("POST", "/clock", {"advance_seconds": -1}, 'Send {"advance_seconds": 3600}'),
    "clock: for ever": ("POST", "/clock", {"advance_seconds": 1e300}, "a number from 0 to 315360000"),
    "clock: unknown field": ("POST", "/clock", {"seconds": 1}, "There is no ['seconds'] here"),
    "sink: no filter": ("POST", "/sinks", {"name": "s", "topic": TOPIC}, "['filter'] is missing"),
    "sink: no text": ("POST", "/sinks", {"name": "s", "topic": TOPIC, "filter": 1}, "['filter'] is not"),
    "sink: not a topic": ("POST", "/sinks", {"name": "s", "topic": "audit", "filter": ""}, "A topic is named projects/PROJECT/topics/TOPIC"),
    "sink: broken filter": ("POST", "/sinks", {"name": "s", "topic": TOPIC, "filter": "severity=ERROR\nAND (x="}, "line 2"),
    "state: no service": ("PUT", "/state", {"storage": {}}, "No service ['storage']; services: ['bigquery', "),
    "state: a service asked for": ("GET", "/state?service=storage", None, "No service ['storage']"),
    "state: a list": ("PUT", "/state", {"vertex": []}, "The state of vertex is a JSON object"),
    "state: a model without a name": ("PUT", "/state", {"bigquery": {"models": [{}]}}, "The state of bigquery cannot be read"),
    "state: no such store": ("PUT", "/state", {"pubsub": {"snapshots": []}}, "Pub/Sub has schemas, topics and subscriptions"),
    "idle: no number": ("GET", "/idle?timeout=soon", None, "timeout is a number of seconds from 0 to 600, not 'soon'"),
    "body: a list": ("PUT", "/settings", [], "The body must be a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_with_an_explanation(
    control, local_cloud: Addresses, method: str, path: str, body: Any, text: str
) -> None:
    answer = ask(local_cloud, method, path, body)

    assert answer.status_code == 400
    assert text in answer.json()["error"]["message"]


def test_a_broken_filter_is_refused_with_line_and_column(control, local_cloud) -> None:
    body = {"name": "s", "topic": TOPIC, "filter": "severity=ERROR\nAND (x="}
    message = ask(local_cloud, "POST", "/sinks", body).json()["error"]["message"]

    assert "line 2" in message
    assert "column 8" in message


def test_an_unknown_route_is_refused_by_name(local_cloud: Addresses) -> None:
    answer = ask(local_cloud, "POST", "/restart", {})

    assert answer.status_code == 501
    assert "does not implement POST /restart" in answer.text


def test_a_setting_is_not_changed_if_another_is_refused(control, local_cloud: Addresses) -> None:
    ask(local_cloud, "PUT", "/settings", {"latency": 0.5, "speed": 1})

    assert ask(local_cloud, "GET", "/settings").json()["latency"] == 0.0


def test_idle_tells_what_is_still_under_way(clients: Clients, control, local_cloud) -> None:
    control.settings(job_latency=3600.0)
    job = clients.bigquery.query("SELECT 1")
    answer = ask(local_cloud, "GET", "/idle?timeout=0").json()

    assert answer == {"idle": False, "pending": [f"job {job.job_id}"]}


def test_a_replace_of_an_only_version_has_a_new_number_and_a_new_model(clients, control) -> None:
    clients.run(f"CREATE MODEL sales.churn {REGISTERED}")
    name = f"{REGION}/models/churn"
    model = {"name": name, "labels": {"memory": "champion"}}
    for survives in (False, True):
        control.settings(registry_model_survives_replace=survives)
        clients.registry.update_model(model=model, update_mask={"paths": ["labels"]})
        clients.run(f"CREATE OR REPLACE MODEL sales.churn {REGISTERED}")
        replaced = clients.registry.get_model(name=name)

        assert replaced.version_id == ("3" if survives else "2")
        assert dict(replaced.labels) == (model["labels"] if survives else {})
        assert list(replaced.version_aliases) == ["default"]


def test_a_replace_that_the_registry_refuses_changes_nothing(clients: Clients, control) -> None:
    clients.run(f"CREATE MODEL sales.churn {REGISTERED}")
    aliases = "vertex_ai_model_version_aliases=['Not_An_Alias'], model_registry"

    with pytest.raises(exceptions.BadRequest, match="Invalid version alias"):
        clients.run(
            f"CREATE OR REPLACE MODEL sales.churn {REGISTERED.replace('model_registry', aliases)}"
        )
    assert clients.versions("churn") == ["1"]
    [run] = clients.bigquery.get_model("sales.churn").training_runs
    assert run["vertexAiModelVersion"] == "1"


class _Refusing(BaseHTTPRequestHandler):
    """A push endpoint that says no once it may answer."""

    called = threading.Event()
    may_answer = threading.Event()

    def do_POST(self) -> None:
        self.called.set()
        self.may_answer.wait(10)
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


def test_a_push_under_way_at_a_reset_leaves_nothing_behind(clients: Clients, control) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    push = {
        "name": f"projects/{PROJECT}/subscriptions/push",
        "topic": TOPIC,
        "push_config": {"push_endpoint": f"http://127.0.0.1:{server.server_port}/"},
        "dead_letter_policy": {"dead_letter_topic": TOPIC, "max_delivery_attempts": 5},
    }
    clients.subscriber.create_subscription(request=push)
    message = {"id": "1", "data": "", "attributes": {}, "orderingKey": "", "publishMs": 0}
    state = control.state()["pubsub"]
    state["subscriptions"][-1]["messages"] = [
        {"message": {**message, "publishMs": int(time.time() * 1000)}, "due": 0, "failures": 4}
    ]
    control._ask("PUT", "/state", {"pubsub": state})
    assert _Refusing.called.wait(10)
    control.reset()
    clients.create_topic()
    _Refusing.may_answer.set()
    server.shutdown()
    server.server_close()
    control.wait_idle()

    assert clients.pull() == []
