"""Firestore within the local cloud: faults, calls, state, missing databases, disabled projects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import firestore

from emulator.assembly import Services, assemble
from emulator.errors import ServiceError
from emulator.wires import Ports, Wires
from tests.emulator.firestore_server import LATEST, NAME, ROOT, Served, ids

COMMIT = "google.firestore.v1.Firestore.Commit"


def test_a_fault_before_a_commit_leaves_no_effect(store: Served) -> None:
    store.fault(COMMIT, "error_before", status="ABORTED")

    with pytest.raises(exceptions.Aborted):
        store.model().create({"state": "new"}, retry=None)
    assert not store.model().get().exists


def test_a_fault_after_a_commit_has_its_effect(store: Served) -> None:
    store.fault(COMMIT, "error_after", status="UNAVAILABLE")

    with pytest.raises(exceptions.ServiceUnavailable):
        store.model().create({"state": "new"}, retry=None)
    assert store.model().get().to_dict() == {"state": "new"}


def test_the_client_repeats_a_commit_by_itself_and_meets_its_own_document(store: Served) -> None:
    store.fault(COMMIT, "error_after", status="UNAVAILABLE")

    with pytest.raises(exceptions.AlreadyExists):
        store.model().create({"state": "new"})
    assert store.calls() == ["Commit", "Commit"]


@pytest.mark.parametrize("kind", ["error_before", "error_after"])
def test_a_read_can_fail_as_well(store: Served, kind: str) -> None:
    store.fault("BatchGetDocuments", kind, status="INTERNAL")

    with pytest.raises(exceptions.InternalServerError):
        store.model().get(retry=None)
    assert not store.model().get().exists


def test_calls_are_recorded_with_their_outcome(store: Served) -> None:
    store.model().create({})
    with pytest.raises(exceptions.AlreadyExists):
        store.model().create({})
    store.client.collection("models").get()
    calls = store.env.gate.calls.dump()

    assert [call["status"] for call in calls] == ["OK", "ALREADY_EXISTS", "OK"]
    assert {call["method"] for call in calls[:2]} == {COMMIT}
    assert [call["resource"] for call in calls] == [NAME, NAME, ROOT]


@pytest.mark.parametrize(
    ("token", "principal"),
    [("owner", "registrar@local-cloud.iam.gserviceaccount.com"), ("ana@example.com",) * 2],
    ids=["nobody", "somebody"],
)
def test_the_owner_of_an_emulator_is_a_caller_without_a_token(
    store: Served, token: str, principal: str
) -> None:
    store.client._firestore_api.list_collection_ids(
        {"parent": ROOT}, metadata=[("authorization", f"Bearer {token}")]
    )

    assert store.env.gate.calls.dump()[-1]["principal"] == principal


def test_a_database_that_was_never_created_is_named(store: Served) -> None:
    with pytest.raises(
        exceptions.NotFound,
        match="The database other does not exist for project shop Please visit https://",
    ):
        store.another("other").document("models/churn").get()


@pytest.mark.parametrize(
    "method",
    [
        "google.firestore.v1.Firestore/Listen",
        "google.firestore.v1.Firestore/Write",
        "google.firestore.v1.Firestore/PartitionQuery",
        "google.firestore.admin.v1.FirestoreAdmin/UpdateDatabase",
        "google.firestore.admin.v1.FirestoreAdmin/ExportDocuments",
    ],
)
def test_a_method_that_is_not_served_says_its_name(store: Served, method: str) -> None:
    with grpc.insecure_channel(store.address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            list(channel.stream_stream(f"/{method}")(iter([b""]), timeout=5))
        error: Any = refused.value

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert error.details() == f"The local cloud does not implement {method.replace('/', '.')}."


def test_the_state_makes_the_way_there_and_back(store: Served) -> None:
    store.declare(
        indexes=[LATEST],
        fields=[{"collectionGroup": "models", "field": "payload", "indexConfig": {}}],
    )
    store.model().set({"state": "open", "payload": b"\x00", "deep": {"list": [1, None, 0.5]}})
    seen = store.model().get()
    state = store.cloud.dump()
    store.cloud.reset()
    gone = store.cloud.dump()
    store.cloud.load(state)

    assert gone == {"firestore": {"databases": [], "last_commit": 0}}
    assert store.cloud.dump() == state
    again = store.model().get()
    assert (again.to_dict(), again.update_time) == (seen.to_dict(), seen.update_time)
    option = store.client.write_option(last_update_time=seen.update_time)
    assert store.model().update({"state": "done"}, option=option).update_time > seen.update_time


def test_a_state_needs_names_alone(store: Served) -> None:
    document = {"name": f"{ROOT}/models/churn", "fields": {"state": {"stringValue": "open"}}}
    store.cloud.load({"firestore": {"databases": [{"name": NAME, "documents": [document]}]}})
    snapshot = store.model().get()

    assert snapshot.to_dict() == {"state": "open"}
    assert snapshot.create_time == snapshot.update_time


@pytest.mark.parametrize(
    "databases",
    [
        [{}],
        [{"name": NAME, "locationId": "EU"}],
        [{"name": NAME, "documents": [{"name": "models/churn"}]}],
        [{"name": NAME, "indexes": [{"fields": []}]}],
        [{"name": NAME, "wrong": 1}],
    ],
    ids=["no-name", "location", "document", "index", "unknown"],
)
def test_a_state_that_cannot_be_read_changes_nothing(store: Served, databases: Any) -> None:
    store.model().set({"state": "open"})
    before = store.cloud.dump()

    with pytest.raises(ServiceError):
        store.cloud.load({"firestore": {"databases": databases}})
    assert store.cloud.dump() == before


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The whole local cloud in this process, with a database of two projects."""
    services = assemble()
    for project in ("shop", "other"):
        services.firestore.add_database({"name": f"projects/{project}/databases/registry"})
    wires = Wires(services, "127.0.0.1", Ports())
    wires.start()
    for name, value in wires.addresses()["env"].items():
        monkeypatch.setenv(name, value)
    yield services
    wires.stop()


def test_a_project_without_the_api_is_told_how_to_enable_it(services: Services) -> None:
    services.environment.set({"firestore_api_disabled_projects": ["shop"]})
    ours, others = (
        firestore.Client(project=project, database="registry") for project in ("shop", "other")
    )

    with pytest.raises(
        exceptions.PermissionDenied,
        match=r"Cloud Firestore API has not been used in project \d+ before or it is disabled\. "
        r"Enable it by visiting https://console\.developers\.google\.com/apis/api/firestore\.",
    ) as caught:
        ours.document("models/churn").set({})
    assert caught.value.reason == "SERVICE_DISABLED"
    assert caught.value.metadata["service"] == "firestore.googleapis.com"
    others.document("models/churn").set({})
    services.environment.set({"firestore_api_disabled_projects": []})
    assert not ours.document("models/churn").get().exists


def test_it_does_not_matter_to_firestore_that_vertex_ai_is_disabled(services: Services) -> None:
    services.environment.set({"vertex_api_disabled_projects": ["shop"]})
    client = firestore.Client(project="shop", database="registry")
    client.document("models/churn").set({})

    assert ids(client.collection("models").stream()) == ["churn"]
