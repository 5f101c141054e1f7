"""Firestore's documents: read, written and listed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1 import DocumentReference, GeoPoint
from google.cloud.firestore_v1 import types as firestore_types

from tests.emulator.firestore_server import ROOT, Served, ids

EVERY_TYPE = {
    "null": None,
    "boolean": True,
    "integer": 2**62,
    "double": 0.5,
    "time": datetime(2026, 2, 1, 12, 30, 0, 123456, tzinfo=UTC),
    "string": "Größe",
    "bytes": b"\x00\xff",
    "point": GeoPoint(48.1, 11.6),
    "array": [1, "two", {"three": [3]}],
    "map": {"a b": {"c": 1}, "empty": {}},
}


def test_a_document_comes_back_as_it_was_set(store: Served) -> None:
    store.model().set(EVERY_TYPE)

    assert store.model().get().to_dict() == EVERY_TYPE


def test_a_reference_comes_back_as_one(store: Served) -> None:
    store.model().set({"other": store.model("visits")})
    other = store.model().get().get("other")

    assert isinstance(other, DocumentReference)
    assert other.path == "models/visits"


def test_a_snapshot_tells_when_the_document_was_made_changed_and_read(store: Served) -> None:
    made = store.model().create({"state": "new"})
    store.advance(60)
    changed = store.model().update({"state": "old"})
    store.advance(60)
    snapshot = store.model().get()

    assert (snapshot.create_time, snapshot.update_time) == (made.update_time, changed.update_time)
    assert (snapshot.update_time - snapshot.create_time).total_seconds() == 60
    assert (snapshot.read_time - snapshot.update_time).total_seconds() == 60


def test_two_writes_have_two_times_also_when_the_clock_stands(store: Served) -> None:
    times = [store.model().set({"number": number}).update_time for number in range(3)]

    assert sorted(set(times)) == times


def test_a_document_that_is_not_there_is_a_snapshot_without_content(store: Served) -> None:
    snapshot = store.model().get()

    assert (snapshot.exists, snapshot.update_time, snapshot.to_dict()) == (False, None, None)
    assert snapshot.read_time is not None


def test_many_are_read_at_once_found_or_missing(store: Served) -> None:
    store.model("churn").set({"state": "open"})
    store.model("visits").set({"state": "done"})
    wanted = [store.model(name) for name in ("churn", "none", "visits", "churn")]
    found = {each.id: each.to_dict() for each in store.client.get_all(wanted)}

    assert found == {"churn": {"state": "open"}, "none": None, "visits": {"state": "done"}}
    assert store.calls()[-1] == "BatchGetDocuments"


def test_a_batch_answers_a_document_once_and_with_the_masked_fields(store: Served) -> None:
    store.model().set({"state": "open", "payload": {"big": "x", "small": 1}})
    name = f"{ROOT}/models/churn"
    answers = list(
        store.client._firestore_api.batch_get_documents(
            {
                "database": store.client._database_string,
                "documents": [name, name],
                "mask": {"field_paths": ["payload.small", "nothing"]},
            }
        )
    )

    assert [answer.found.name for answer in answers] == [name]
    assert list(answers[0].found.fields) == ["payload"]
    assert list(answers[0].found.fields["payload"].map_value.fields) == ["small"]


def test_get_document_says_what_is_missing(store: Served) -> None:
    with pytest.raises(exceptions.NotFound, match=r'Document "projects/shop/.*/churn" not found'):
        store.client._firestore_api.get_document({"name": f"{ROOT}/models/churn"})


def test_set_replaces_and_merge_keeps_the_rest(store: Served) -> None:
    store.model().set({"state": "open", "aliases": {"prod": 1, "test": 2}})
    store.model().set({"aliases": {"prod": 3}}, merge=True)
    merged = store.model().get().to_dict()
    store.model().set({"state": "done"})

    assert merged == {"state": "open", "aliases": {"prod": 3, "test": 2}}
    assert store.model().get().to_dict() == {"state": "done"}


def test_update_changes_what_it_names_and_deletes_what_it_says(store: Served) -> None:
    store.model().set({"state": "open", "aliases": {"prod": 1, "a b": 2}, "note": "x"})
    store.model().update(
        {"aliases.prod": 3, "aliases.`a b`": firestore.DELETE_FIELD, "note": "y", "new.deep": True}
    )

    assert store.model().get().to_dict() == {
        "state": "open",
        "aliases": {"prod": 3},
        "note": "y",
        "new": {"deep": True},
    }


def test_deleting_what_is_not_there_is_no_error(store: Served) -> None:
    store.model().set({"state": "open"})
    store.model().delete()
    store.model().delete()

    assert not store.model().get().exists


def test_documents_under_a_deleted_one_stay(store: Served) -> None:
    store.model().set({})
    store.model().collection("steps").document("1").set({"done": True})
    store.model().delete()

    assert ids(store.model().collection("steps").stream()) == ["1"]
    assert ids(store.client.collection("models").list_documents()) == ["churn"]
    assert ids(store.client.collection("models").stream()) == []
    assert ids(store.model().collections()) == ["steps"]


def test_lists_come_page_by_page_in_the_order_of_names(store: Served) -> None:
    names = [f"{number:02}" for number in range(7)]
    for name in reversed(names):
        store.model(name).set({"name": name})

    assert ids(store.client.collection("models").list_documents(page_size=3)) == names
    assert store.calls().count("ListDocuments") == 3
    assert ids(store.client.collections()) == ["models"]


def test_create_document_may_leave_the_id_to_the_service(store: Served) -> None:
    api = store.client._firestore_api
    made = api.create_document(
        {"parent": ROOT, "collection_id": "models", "document": firestore_types.Document()}
    )

    assert len(made.name.rpartition("/")[2]) == 20
    assert api.get_document({"name": made.name}) == made


def test_update_document_makes_one_and_answers_it(store: Served) -> None:
    state = firestore_types.Value(string_value="open")
    document = {"name": f"{ROOT}/models/churn", "fields": {"state": state}}
    api = store.client._firestore_api
    made = api.update_document({"document": document})
    api.delete_document({"name": made.name})

    assert made.fields["state"] == state
    assert not store.model().get().exists
