"""Firestore's TTL policies: documents go when their time has come, a while later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from google.cloud import firestore
from google.cloud.firestore_admin_v1 import types as admin

from tests.emulator.firestore_server import NAME, Served, ids

HOUR = 3600.0
DAY = 24 * HOUR
FIELD = {"collectionGroup": "models", "field": "expires", "ttlConfig": {}}


@pytest.fixture(autouse=True)
def policy(store: Served) -> None:
    store.declare(fields=[FIELD])


def left(store: Served) -> list[str]:
    return ids(store.client.collection("models").stream())


def in_seconds(store: Served, seconds: float) -> Any:
    return store.env.clock.now() + timedelta(seconds=seconds)


def test_a_document_goes_a_day_after_its_time(store: Served) -> None:
    store.model().set({"expires": in_seconds(store, HOUR)})
    store.advance(DAY)
    before = left(store)
    store.advance(HOUR + 1)

    assert (before, left(store)) == (["churn"], [])


def test_the_lag_can_be_set(store: Served) -> None:
    store.env.set({"firestore_ttl_lag": 0.0})
    store.model().set({"expires": in_seconds(store, HOUR)})
    store.advance(HOUR + 1)

    assert left(store) == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"expires": None},
        {"expires": "2020-01-01T00:00:00Z"},
        {"expires": 1},
        {"other": firestore.SERVER_TIMESTAMP},
    ],
    ids=["nothing", "null", "text", "number", "another-field"],
)
def test_without_a_time_in_the_field_a_document_stays(store: Served, content: Any) -> None:
    store.model().set(content)
    store.advance(400 * DAY)

    assert left(store) == ["churn"]


def test_a_document_that_was_given_more_time_stays_until_then(store: Served) -> None:
    store.model().set({"expires": in_seconds(store, HOUR)})
    store.advance(HOUR)
    store.model().update({"expires": in_seconds(store, 9 * DAY)})
    store.advance(9 * DAY)
    before = left(store)
    store.advance(DAY + HOUR)

    assert (before, left(store)) == (["churn"], [])


def test_a_document_in_the_past_is_seen_until_it_goes(store: Served) -> None:
    store.model().set({"expires": in_seconds(store, -HOUR)})

    assert left(store) == ["churn"]


def test_it_concerns_every_collection_of_the_group_and_nothing_below(store: Served) -> None:
    expired = {"expires": in_seconds(store, -2 * DAY)}
    nested = store.client.document("datasets/sales/models/churn")
    nested.set(expired)
    store.model().set(expired)
    store.model().collection("steps").document("1").set(expired)
    store.client.document("datasets/sales").set(expired)
    store.advance(1)

    assert (left(store), nested.get().exists) == ([], False)
    assert ids(store.model().collection("steps").stream()) == ["1"]
    assert ids(store.client.collection("datasets").stream()) == ["sales"]


def test_it_goes_on_after_a_restart(store: Served) -> None:
    store.model().set({"expires": in_seconds(store, HOUR)})
    state = store.cloud.dump()
    store.env.clock.drain()
    store.cloud.load(state)
    store.advance(DAY + HOUR + 1)

    assert left(store) == []


def test_a_policy_made_later_counts_for_what_is_there_and_one_taken_back_does_not(
    store: Served,
) -> None:
    store.declare(fields=[])
    store.model().set({"expires": in_seconds(store, HOUR)})
    field = f"{NAME}/collectionGroups/models/fields/expires"
    wanted = admin.Field(name=field, ttl_config=admin.Field.TtlConfig())
    made = store.admin.update_field(
        request={"field": wanted, "update_mask": {"paths": ["ttl_config"]}}
    ).result(timeout=5)
    store.admin.update_field(
        request={"field": {"name": field}, "update_mask": {"paths": ["ttl_config"]}}
    )
    store.advance(3 * DAY)
    taken_back = left(store)
    store.admin.update_field(request={"field": wanted, "update_mask": {"paths": ["ttl_config"]}})
    store.advance(1)

    assert made.ttl_config.state is admin.Field.TtlConfig.State.ACTIVE
    assert (taken_back, left(store)) == (["churn"], [])


def test_what_is_due_later_does_not_keep_the_local_cloud_busy(store: Served) -> None:
    store.model().set({"expires": in_seconds(store, HOUR)})

    assert store.cloud.wait_idle(0) == []
