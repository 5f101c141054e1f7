"""Firestore's writes: preconditions, races, commits of several writes, transforms."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1 import DocumentReference, transforms

from tests.emulator.firestore_server import ROOT, Served, ids

Write = Callable[[Served, Any], object]


def set_if(store: Served, option: Any) -> None:
    """A write of the whole document under a condition, which the client offers for others only."""
    batch = store.client.batch()
    batch.set(store.model(), {"state": "mine"})
    option.modify_write(batch._write_pbs[0])
    batch.commit(retry=None)


WRITES: dict[str, Write] = {
    "set": set_if,
    "update": lambda store, option: store.model().update({"state": "mine"}, option=option),
    "delete": lambda store, option: store.model().delete(option=option),
}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


def test_create_makes_a_document_once(store: Served) -> None:
    store.model().create({"state": "new"})

    with pytest.raises(exceptions.AlreadyExists, match="Document already exists: projects/shop/"):
        store.model().create({"state": "newer"})
    assert store.model().get().to_dict() == {"state": "new"}


@pytest.mark.parametrize("write", [set_if, WRITES["delete"]], ids=["set", "delete"])
def test_what_must_exist_and_does_not_is_not_found(store: Served, write: Write) -> None:
    with pytest.raises(exceptions.NotFound, match=f"No document to update: {ROOT}/models/churn"):
        write(store, store.client.write_option(exists=True))
    assert not store.model().get().exists


def test_an_update_needs_a_document(store: Served) -> None:
    with pytest.raises(exceptions.NotFound, match=f"No document to update: {ROOT}/models/churn"):
        store.model().update({"state": "open"})


def test_a_write_on_the_last_update_time_goes_through(store: Served) -> None:
    store.model().create({"state": "new"})
    seen = store.model().get()
    store.model().update(
        {"state": "open"}, option=store.client.write_option(last_update_time=seen.update_time)
    )

    assert store.model().get().get("state") == "open"


@every_write
def test_who_lost_the_race_is_told_and_changes_nothing(store: Served, write: Write) -> None:
    store.model().create({"state": "new"})
    seen = store.model().get().update_time
    store.another().document("models/churn").update({"state": "by another"})

    with pytest.raises(
        exceptions.FailedPrecondition,
        match=r"the stored version \(\d{16}\) does not match the required base version \(\d{16}\)",
    ):
        write(store, store.client.write_option(last_update_time=seen))
    assert store.model().get().to_dict() == {"state": "by another"}


def test_a_document_made_anew_is_not_the_one_that_was_seen(store: Served) -> None:
    store.model().create({"state": "new"})
    seen = store.model().get().update_time
    store.model().delete()
    store.model().create({"state": "new"})

    with pytest.raises(exceptions.FailedPrecondition):
        set_if(store, store.client.write_option(last_update_time=seen))


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (
            "FAILED_PRECONDITION",
            exceptions.FailedPrecondition,
            r"the stored version \(0\) does not",
        ),
        ("NOT_FOUND", exceptions.NotFound, "No document to update"),
    ],
)
@every_write
def test_a_write_on_a_document_that_is_gone_is_refused(
    store: Served, write: Write, status: str, error: type[Exception], words: str
) -> None:
    store.env.set({"firestore_update_of_missing_status": status})
    store.model().create({"state": "new"})
    seen = store.model().get().update_time
    store.model().delete()

    with pytest.raises(error, match=words):
        write(store, store.client.write_option(last_update_time=seen))
    assert not store.model().get().exists


def test_of_eight_that_write_at_once_one_wins(store: Served) -> None:
    store.model().create({"winner": None})
    seen = store.model().get().update_time
    together = Barrier(8)

    def compete(number: int) -> bool:
        client = store.another()
        option = client.write_option(last_update_time=seen)
        together.wait(timeout=10)
        try:
            client.document("models/churn").update({"winner": number}, option=option, retry=None)
        except exceptions.FailedPrecondition:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(compete, range(8)))

    assert won.count(True) == 1
    assert store.model().get().get("winner") == won.index(True)


def test_of_eight_that_create_at_once_one_wins(store: Served) -> None:
    def compete(number: int) -> bool:
        try:
            store.another().document("models/churn").create({"winner": number}, retry=None)
        except exceptions.AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(compete, range(8))).count(True) == 1


def test_a_write_that_changes_nothing_keeps_the_update_time(store: Served) -> None:
    first = store.model().set({"state": "open", "count": 1})
    store.advance(60)
    second = store.model().set({"count": 1, "state": "open"})
    third = store.model().update({"state": "open"})
    changed = store.model().set({"state": "open", "count": 1.0})

    assert first.update_time == second.update_time == third.update_time
    assert changed.update_time - first.update_time >= timedelta(seconds=60)


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


def test_the_server_writes_one_time_in_milliseconds_into_all_fields(store: Served) -> None:
    store.advance(0.123456)
    batch = store.client.batch()
    batch.set(
        store.model("a"),
        {"at": firestore.SERVER_TIMESTAMP, "deep": {"at": firestore.SERVER_TIMESTAMP}},
    )
    batch.set(store.model("b"), {"at": firestore.SERVER_TIMESTAMP})
    batch.commit()
    first, second = store.model("a").get(), store.model("b").get()

    assert first.get("at") == first.get("deep.at") == second.get("at")
    assert first.get("at").microsecond == 123000
    assert first.update_time.microsecond > 123000


@pytest.mark.parametrize(
    ("before", "transform", "after"),
    [
        (1, transforms.Increment(2), 3),
        (1, transforms.Increment(0.5), 1.5),
        (2**63 - 1, transforms.Increment(5), 2**63 - 1),
        ("text", transforms.Increment(2), 2),
        (3, transforms.Maximum(5), 5),
        (3, transforms.Maximum(3.0), 3),
        (3, transforms.Minimum(1.5), 1.5),
        (None, transforms.Minimum(7), 7),
        ([1, 2], transforms.ArrayUnion([2.0, 3, 3]), [1, 2, 3]),
        ("text", transforms.ArrayUnion(["a"]), ["a"]),
        ([1, 2, 1, 3], transforms.ArrayRemove([1, 3]), [2]),
        (5, transforms.ArrayRemove([5]), []),
    ],
    ids=[
        "integers", "integer-and-double", "saturates", "no-number", "maximum", "equivalent-maximum",
        "minimum", "minimum-of-nothing", "union", "union-of-no-array", "remove", "remove-from-no-array",
    ],
)  # fmt: skip
def test_a_transform_depends_on_what_is_there(store: Served, before, transform, after) -> None:
    store.model().set({"field": before})
    store.model().update({"field": transform})
    found = store.model().get().get("field")

    assert (found, type(found)) == (after, type(after))


def test_transforms_come_after_the_update_and_answer_their_results(store: Served) -> None:
    store.model().set({"count": 1})
    result = store.model().update(
        {"state": "open", "count": firestore.Increment(1), "seen": firestore.ArrayUnion(["a"])}
    )
    kinds = [each._pb.WhichOneof("value_type") for each in result.transform_results]

    assert sorted(kinds) == ["integer_value", "null_value"]
    assert store.model().get().to_dict() == {"state": "open", "count": 2, "seen": ["a"]}
