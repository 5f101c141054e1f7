"""Firestore's indexes: which query needs which, and what is said where it is missing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_admin_v1 import types as admin

from tests.emulator.firestore_server import LATEST, Served, ids, where

DOWN = firestore.Query.DESCENDING
MODELS: dict[str, dict[str, Any]] = {
    "a": {"state": "open", "seen": 1, "tags": ["x", "y"], "deep": {"er": 1}},
    "b": {"state": "open", "seen": 3, "tags": ["y"], "deep": {"er": 2}},
    "c": {"state": "done", "seen": 2.0, "tags": []},
    "d": {"state": "open", "seen": "later"},
}
Asked = Callable[[Any], Any]


@pytest.fixture
def models(store: Served) -> Any:
    """The collection, filled."""
    collection = store.client.collection("models")
    for name, content in MODELS.items():
        collection.document(name).set(content)
    collection.document("a").collection("steps").document("1").set({"state": "open"})
    return collection


def equal_and_latest(models: Any) -> Any:
    return models.where(filter=where("state", "==", "open")).order_by("seen", direction=DOWN)


NEED_AN_INDEX: dict[str, Asked] = {
    "equality-and-order": equal_and_latest,
    "equality-and-range": lambda models: models.where(filter=where("state", "==", "open")).where(
        filter=where("seen", ">", 1)
    ),
    "in-and-order": lambda models: models.where(filter=where("state", "in", ["open"])).order_by(
        "seen"
    ),
    "element-and-equality": lambda models: models.where(
        filter=where("tags", "array_contains", "x")
    ).where(filter=where("state", "==", "open")),
    "element-and-order": lambda models: models.where(
        filter=where("tags", "array_contains", "x")
    ).order_by("seen"),
    "two-orders": lambda models: models.order_by("state").order_by("seen"),
    "two-ranges": lambda models: models.where(filter=where("seen", ">", 1)).where(
        filter=where("state", ">", "a")
    ),
    "names-backwards": lambda models: models.order_by("__name__", direction=DOWN),
    "counted": lambda models: equal_and_latest(models).count(),
}


@pytest.mark.parametrize("asked", NEED_AN_INDEX.values(), ids=NEED_AN_INDEX)
def test_a_query_without_its_index_is_refused(models: Any, asked: Asked) -> None:
    with pytest.raises(
        exceptions.FailedPrecondition,
        match=r"The query requires an index\. You can create it here: "
        r"https://console\.firebase\.google\.com/v1/r/project/shop/firestore/databases/registry/indexes\?",
    ):
        asked(models).get()


def test_a_declared_index_serves_its_query(store: Served, models: Any) -> None:
    store.declare(indexes=[LATEST])

    assert ids(equal_and_latest(models).limit(2).stream()) == ["d", "b"]


@pytest.mark.parametrize(
    "index",
    [
        {**LATEST, "collectionGroup": "others"},
        {**LATEST, "queryScope": "COLLECTION_GROUP"},
        {**LATEST, "fields": [*LATEST["fields"][:1], {"fieldPath": "seen", "order": "ASCENDING"}]},
        {**LATEST, "fields": LATEST["fields"][::-1]},
        {**LATEST, "fields": [*LATEST["fields"][:1], {"fieldPath": "other", "order": "ASCENDING"},
                              *LATEST["fields"][1:]]},
        {**LATEST, "fields": [*LATEST["fields"], {"fieldPath": "__name__", "order": "ASCENDING"}]},
    ],
    ids=["group", "scope", "direction", "sequence", "one-more-field", "names-the-other-way"],
)  # fmt: skip
def test_another_index_does_not_serve_it(store: Served, models: Any, index: Any) -> None:
    store.declare(indexes=[index])

    with pytest.raises(exceptions.FailedPrecondition, match="requires an index"):
        equal_and_latest(models).get()


def test_an_index_of_elements_and_values_serves_both(store: Served, models: Any) -> None:
    fields = [
        {"fieldPath": "tags", "arrayConfig": "CONTAINS"},
        {"fieldPath": "state", "order": "ASCENDING"},
    ]
    store.declare(indexes=[{"collectionGroup": "models", "fields": fields}])

    assert ids(NEED_AN_INDEX["element-and-equality"](models).stream()) == ["a"]


def test_the_refusal_links_to_the_index_that_would_serve(store: Served, models: Any) -> None:
    with pytest.raises(exceptions.FailedPrecondition) as refused:
        equal_and_latest(models).get()
    encoded = refused.value.message.partition("create_composite=")[2]
    index = admin.Index.deserialize(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    store.admin.create_index(
        parent=index.name.removesuffix("/indexes/_"),
        index={"query_scope": index.query_scope, "fields": index.fields},
    )

    assert ids(equal_and_latest(models).stream()) == ["d", "b", "a"]


def test_two_indexes_with_one_order_are_merged(store: Served, models: Any) -> None:
    def query() -> Any:
        return equal_and_latest(models).where(filter=where("kind", "==", "tree"))

    store.declare(indexes=[LATEST])
    models.document("a").update({"kind": "tree"})
    with pytest.raises(exceptions.FailedPrecondition, match="requires an index"):
        query().get()
    by_kind = {
        **LATEST,
        "fields": [{"fieldPath": "kind", "order": "ASCENDING"}, LATEST["fields"][1]],
    }
    store.declare(indexes=[LATEST, by_kind])

    assert ids(query().stream()) == ["a"]


EXEMPT = [{"collectionGroup": "models", "field": "deep", "indexConfig": {}}]


@pytest.mark.parametrize(
    "asked",
    [
        lambda models: models.where(filter=where("deep", "==", {"er": 1})),
        lambda models: models.where(filter=where("deep.er", "==", 1)),
        lambda models: models.order_by("deep.er"),
    ],
    ids=["the-field", "below-it", "order"],
)
def test_a_query_on_a_field_that_is_exempt_from_indexing_is_refused(
    store: Served, models: Any, asked: Asked
) -> None:
    store.declare(fields=EXEMPT)

    with pytest.raises(
        exceptions.FailedPrecondition,
        match=r"requires a COLLECTION_ASC index for collection models and field deep(\.er)?\. You "
        r"can create it here: https://console.*/databases/registry/indexes\?create_exemption=",
    ):
        asked(models).get()
    assert ids(models.where(filter=where("state", "==", "open")).stream()) == ["a", "b", "d"]


def test_a_field_below_an_exempt_one_may_have_an_index_of_its_own(
    store: Served, models: Any
) -> None:
    below = {
        "collectionGroup": "models",
        "field": "deep.er",
        "indexConfig": {"indexes": [{"fields": [{"order": "ASCENDING"}]}]},
    }
    store.declare(fields=[*EXEMPT, below])

    assert ids(models.order_by("deep.er").stream()) == ["a", "b"]
    with pytest.raises(exceptions.FailedPrecondition):
        models.order_by("deep.er", direction=DOWN).get()


def test_all_fields_can_be_exempt_but_for_some(store: Served, models: Any) -> None:
    every = {"collectionGroup": "__default__", "field": "*", "indexConfig": {}}
    store.declare(fields=[every])

    with pytest.raises(exceptions.FailedPrecondition):
        models.where(filter=where("state", "==", "open")).get()
    assert len(models.get()) == len(MODELS)


def test_a_collection_group_needs_an_index_of_its_scope(store: Served, models: Any) -> None:
    query = store.client.collection_group("steps").where(filter=where("state", "==", "open"))
    with pytest.raises(
        exceptions.FailedPrecondition, match="requires a COLLECTION_GROUP_ASC index"
    ):
        query.get()
    index = {"queryScope": "COLLECTION_GROUP", "fields": [{"order": "ASCENDING"}]}
    field = {"collectionGroup": "steps", "field": "state", "indexConfig": {"indexes": [index]}}
    store.declare(fields=[field])

    assert ids(query.stream()) == ["1"]
