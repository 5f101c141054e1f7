"""Firestore's writes of one document: preconditions, races, and writes that change nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from google.api_core import exceptions

from tests.emulator.firestore_server import ROOT, Served

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
