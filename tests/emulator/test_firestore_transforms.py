"""Firestore's transforms: what a write does depending on what is there."""

from __future__ import annotations

import pytest
from google.cloud import firestore
from google.cloud.firestore_v1 import transforms

from tests.emulator.firestore_server import Served


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
