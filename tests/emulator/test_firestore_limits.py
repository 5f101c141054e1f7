"""Firestore's limits: what no document may hold, be called, or weigh."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions

from tests.emulator.firestore_server import ROOT, Served, ids

TOO_DEEP: dict[str, Any] = {"end": 1}
for _ in range(20):
    TOO_DEEP = {"down": TOO_DEEP}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"text": "x" * 1_048_500}, "longer than 1048487 bytes"),
        ({"a": "x" * 600_000, "b": "x" * 500_000}, r"its size \(1,100,\d+ bytes\) exceeds"),
        ({"__secret__": 1}, "is reserved"),
        ({"x" * 1501: 1}, "longer than 1500 bytes"),
        ({"list": [[1]]}, "array value in an array"),
        (TOO_DEEP, "more than 20 levels"),
    ],
    ids=["value", "document", "reserved", "name", "array-in-array", "depth"],
)
def test_what_no_document_may_hold_is_refused(store: Served, content, words: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=words):
        store.model().set(content)
    assert not store.model().get().exists


def test_a_document_of_one_mebibyte_fits(store: Served) -> None:
    # Its name 16 + 7 + 6 bytes, a field 2 + 1 beside its text, and 32.
    rest = 1024 * 1024 - (16 + 7 + 6) - 2 - 1 - 2 - 1 - 32
    store.model().set({"a": "x" * (rest - 1000), "b": "x" * 1000})

    with pytest.raises(exceptions.InvalidArgument, match=r"its size \(1,048,577 bytes\)"):
        store.model().set({"a": "x" * (rest - 1000), "b": "x" * 1001})


@pytest.mark.parametrize(
    "name",
    [
        f"{ROOT}/models",
        f"{ROOT}/models/.",
        f"{ROOT}/models/__all__",
        f"{ROOT}/__models__/churn",
        f"{ROOT}/models/{'x' * 1501}",
        f"{ROOT}/models//steps/1",
        "projects/shop/databases/registry/models/churn",
        "models/churn",
    ],
    ids=["collection", "dot", "reserved", "reserved-group", "long", "empty", "no-root", "short"],
)
def test_names_that_no_document_can_have_are_refused(store: Served, name: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        store.client._firestore_api.update_document({"document": {"name": name}})


def test_a_request_over_ten_mebibytes_is_refused(store: Served) -> None:
    batch = store.client.batch()
    for number in range(11):
        batch.set(store.model(str(number)), {"text": "x" * 1_000_000})

    with pytest.raises(exceptions.InvalidArgument, match="payload size exceeds the limit"):
        batch.commit()
    assert ids(store.client.collection("models").stream()) == []
