"""Firestore's commits of several writes, and its batches, in which each write fares for itself."""

from __future__ import annotations

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1 import DocumentReference

from tests.emulator.firestore_server import Served, ids


def test_a_commit_has_one_time_and_a_result_for_each_write(store: Served) -> None:
    batch = store.client.batch()
    batch.create(store.model("a"), {"number": 1})
    batch.set(store.model("b"), {"number": 2})
    batch.delete(store.model("c"))
    results = batch.commit()

    assert [each.update_time for each in results[:2]] == [batch.commit_time] * 2
    assert "update_time" not in results[2]
    assert store.model("a").get().update_time == batch.commit_time


def test_a_commit_is_all_or_nothing(store: Served) -> None:
    store.model("b").create({"number": 0})
    before = store.service.dump()
    batch = store.client.batch()
    batch.set(store.model("a"), {"number": 1})
    batch.delete(store.model("b"))
    batch.create(store.model("c"), {"number": 3})
    batch.update(store.model("none"), {"number": 4})

    with pytest.raises(exceptions.NotFound):
        batch.commit()
    assert store.service.dump() == before


def test_the_writes_of_a_commit_see_those_before_them(store: Served) -> None:
    batch = store.client.batch()
    batch.create(store.model(), {"number": 1})
    batch.update(store.model(), {"number": firestore.Increment(1)})
    batch.commit()

    assert store.model().get().to_dict() == {"number": 2}


def test_a_commit_may_have_more_than_500_writes(store: Served) -> None:
    batch = store.client.batch()
    for number in range(600):
        batch.set(store.model(f"{number:03}"), {})

    assert len(batch.commit()) == 600


def test_a_document_of_another_database_is_refused(store: Served) -> None:
    store.service.add_database({"name": "projects/shop/databases/cleanup"})
    batch = store.client.batch()
    batch.set(DocumentReference("models", "a", client=store.another("cleanup")), {})

    with pytest.raises(exceptions.InvalidArgument, match="is not in the database"):
        batch.commit()


def test_the_writes_of_a_batch_write_fare_each_for_itself(store: Served) -> None:
    store.model("b").create({})
    batch = store.client.batch()
    for name in "abc":
        batch.create(store.model(name), {"by": "batch"})
    answer = store.client._firestore_api.batch_write(
        {"database": store.client._database_string, "writes": batch._write_pbs}
    )

    assert [status.code for status in answer.status] == [0, 6, 0]
    assert ids(store.client.collection("models").stream()) == ["a", "b", "c"]
    assert store.model("b").get().to_dict() == {}


def test_a_batch_write_names_a_document_once(store: Served) -> None:
    batch = store.client.batch()
    batch.set(store.model(), {"number": 1})
    batch.set(store.model(), {"number": 2})

    with pytest.raises(exceptions.InvalidArgument, match="more than once"):
        store.client._firestore_api.batch_write(
            {"database": store.client._database_string, "writes": batch._write_pbs}
        )
