"""Firestore's transactions: reads from one moment, and a commit that notices what has changed."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore

from tests.emulator.firestore_server import Served, where


@firestore.transactional
def count_up(transaction: Any, document: Any) -> int:
    """Read, add one, write."""
    number = int(document.get(transaction=transaction).get("number"))
    transaction.update(document, {"number": number + 1})
    return number + 1


def test_a_transaction_writes_what_it_made_of_what_it_read(store: Served) -> None:
    store.model().set({"number": 1})

    assert count_up(store.client.transaction(), store.model()) == 2
    assert store.model().get().get("number") == 2
    assert store.calls()[:4] == ["Commit", "BeginTransaction", "BatchGetDocuments", "Commit"]


@pytest.fixture
def begun(store: Served) -> Any:
    """A transaction that has been begun."""
    store.model().set({"number": 1, "state": "open"})
    transaction = store.client.transaction()
    transaction._begin()
    return transaction


READS = {
    "document": lambda store, begun: store.model().get(transaction=begun),
    "query": lambda store, begun: (
        store.client.collection("models")
        .where(filter=where("state", "==", "open"))
        .get(transaction=begun)
    ),
    "missing": lambda store, begun: store.model("other").get(transaction=begun),
}
CHANGES = {
    "document": lambda store: store.model().update({"number": 5}),
    "query": lambda store: store.model("other").set({"state": "open"}),
    "missing": lambda store: store.model("other").set({}),
}


@pytest.mark.parametrize("read", READS)
def test_a_commit_is_aborted_when_what_was_read_has_changed(
    store: Served, begun: Any, read: str
) -> None:
    READS[read](store, begun)
    CHANGES[read](store)
    begun.update(store.model(), {"number": 2})

    with pytest.raises(exceptions.Aborted, match="Too much contention on these documents"):
        begun._commit()
    assert store.model().get().get("number") != 2


def test_a_change_elsewhere_does_not_matter(store: Served, begun: Any) -> None:
    READS["document"](store, begun)
    store.model("other").set({"number": 7})
    begun.update(store.model(), {"number": 2})
    begun._commit()

    assert store.model().get().get("number") == 2


def test_all_reads_are_of_one_moment(store: Served, begun: Any) -> None:
    store.model().update({"number": 5})

    assert store.model().get(transaction=begun).get("number") == 1
    assert store.model().get().get("number") == 5


def test_a_transaction_that_was_rolled_back_is_over(store: Served, begun: Any) -> None:
    transaction_id = begun.id
    begun._rollback()
    begun._id = transaction_id

    with pytest.raises(exceptions.InvalidArgument, match="expired or is no longer valid"):
        store.model().get(transaction=begun)


@pytest.mark.parametrize("seconds", [61, 271])
def test_a_transaction_expires(store: Served, begun: Any, seconds: float) -> None:
    store.advance(seconds)

    with pytest.raises(exceptions.InvalidArgument, match="expired or is no longer valid"):
        begun._commit()


def test_a_read_only_transaction_reads(store: Served) -> None:
    store.model().set({"number": 1})
    transaction = store.client.transaction(read_only=True)
    transaction._begin()
    store.model().update({"number": 2})
    seen = store.model().get(transaction=transaction).get("number")
    transaction._commit()

    assert seen == 1
