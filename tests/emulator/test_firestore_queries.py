"""Firestore's queries: what they find, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import And, BaseFilter, Or

from tests.emulator.firestore_server import Served, ids, where

DOWN = firestore.Query.DESCENDING
MODELS: dict[str, dict[str, Any]] = {
    "a": {"state": "open", "seen": 1, "tags": ["x", "y"], "deep": {"er": 1}},
    "b": {"state": "open", "seen": 3, "tags": ["y"], "deep": {"er": 2}},
    "c": {"state": "done", "seen": 2.0, "tags": []},
    "d": {"state": "open", "seen": "later"},
    "e": {"state": None, "seen": float("nan")},
    "f": {"state": "done"},
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


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (where("state", "==", "open"), "abd"),
        (where("state", "==", None), "e"),
        (where("state", "!=", "open"), "cf"),
        (where("state", "!=", None), "cfabd"),
        (where("state", "in", ["done", None]), "cef"),
        (where("state", "not-in", ["done"]), "abd"),
        (where("seen", "<", 3), "ac"),
        (where("seen", "<=", 3), "acb"),
        (where("seen", ">", 1), "cb"),
        (where("seen", ">=", "a"), "d"),
        (where("seen", "==", 2), "c"),
        (where("seen", "==", float("nan")), "e"),
        (where("tags", "array_contains", "y"), "ab"),
        (where("tags", "array_contains_any", ["x", "z"]), "a"),
        (where("deep.er", "==", 2), "b"),
        (where("deep", "==", {"er": 1}), "a"),
        (And([where("state", "==", "open"), where("seen", "==", 3)]), "b"),
    ],
)
def test_a_filter_lets_through(models: Any, condition: BaseFilter, found: str) -> None:
    assert ids(models.where(filter=condition).stream()) == list(found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (lambda models: models, "abcdef"),
        (lambda models: models.limit(2), "ab"),
        (lambda models: models.offset(4), "ef"),
        (lambda models: models.order_by("seen"), "eacbd"),
        (lambda models: models.order_by("seen", direction=DOWN), "dbcae"),
        (lambda models: models.order_by("seen").start_at({"seen": 2}), "cbd"),
        (lambda models: models.order_by("seen").start_after({"seen": 2}), "bd"),
        (lambda models: models.order_by("seen").end_at({"seen": 2}), "eac"),
        (lambda models: models.order_by("seen").end_before({"seen": 2}), "ea"),
        (lambda models: models.order_by("seen").limit(2).offset(1), "ac"),
        (lambda models: models.order_by("seen").limit_to_last(2), "bd"),
        (lambda models: models.where(filter=where("__name__", ">", models.document("c"))), "def"),
        (lambda models: models.where(filter=where("__name__", "==", models.document("c"))), "c"),
        (lambda models: models.order_by("state").order_by("__name__").start_at(
            {"state": "done", "__name__": models.document("d")}), "fabd"),
    ],
    ids=[
        "all", "limit", "offset", "order", "descending", "start-at", "start-after", "end-at",
        "end-before", "limit-and-offset", "last", "names-after", "one-name", "two-values",
    ],
)  # fmt: skip
def test_a_query_finds_in_its_order(models: Any, asked: Asked, found: str) -> None:
    assert ids(asked(models).get()) == list(found)


def test_a_query_goes_on_after_the_last_document_of_a_page(models: Any) -> None:
    query = models.order_by("seen").limit(2)
    first = list(query.stream())
    second = query.start_after(first[-1]).stream()

    assert [*ids(first), *ids(second)] == ["e", "a", "c", "b"]


def test_a_projection_shows_the_fields_it_names(models: Any) -> None:
    (found,) = models.where(filter=where("seen", "==", 1)).select(["deep.er", "state"]).get()

    assert found.to_dict() == {"deep": {"er": 1}, "state": "open"}


def test_a_query_of_a_subcollection_sees_that_alone(models: Any) -> None:
    steps = models.document("a").collection("steps")

    assert ids(steps.where(filter=where("state", "==", "open")).stream()) == ["1"]
    assert ids(models.document("b").collection("steps").stream()) == []


def test_results_can_be_counted(models: Any) -> None:
    open_models = models.where(filter=where("state", "==", "open"))
    ((whole,),) = open_models.count(alias="open").get()
    ((limited,),) = open_models.limit(2).count().get()

    assert (whole.alias, whole.value, limited.value) == ("open", 3, 2)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda models: models.where(filter=Or([where("state", "==", 1), where("seen", "==", 1)])),
         "filters with OR"),
        (lambda models: models.sum("seen"), "the aggregation sum"),
    ],
    ids=["or", "sum"],
)  # fmt: skip
def test_what_is_not_served_is_refused_by_name(models: Any, asked: Asked, words: str) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match=f"does not implement {words}"):
        asked(models).get()


@pytest.mark.parametrize(
    "asked",
    [
        lambda models: models.where(filter=where("state", "in", [str(n) for n in range(31)])),
        lambda models: models.where(filter=where("__x__", "==", 1)),
        lambda models: models.where(filter=where("__name__", "==", "a")),
        lambda models: models.order_by("seen").order_by("seen"),
    ],
    ids=["31-alternatives", "reserved", "name-of-no-document", "twice"],
)
def test_a_query_that_cannot_be_meant_is_refused(models: Any, asked: Asked) -> None:
    with pytest.raises((exceptions.InvalidArgument, ValueError)):
        asked(models).get()
