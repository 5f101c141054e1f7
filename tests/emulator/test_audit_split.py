"""Entries over Logging's limit, as https://cloud.google.com/logging/docs/audit/split-logs tells it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.audit import entries
from emulator.audit.router import LogRouter
from emulator.audit.size import size
from emulator.audit.split import split
from emulator.cloud import Environment
from tests.emulator.audit_resources import ANALYST, INSERT_JOB, a_job, a_model

LIMIT = 1500
FRAME = {
    "insertId": "abc",
    "timestamp": "2026-01-01T00:00:00.000000Z",
    "logName": "projects/p/logs/l",
}


def an_entry(**payload: Any) -> dict[str, Any]:
    return {**FRAME, "protoPayload": {"methodName": "Insert", "status": {}, **payload}}


def request_parts(value: Any, limit: int = LIMIT) -> list[Any]:
    return [part["protoPayload"].get("request") for part in split(an_entry(request=value), limit)]


def joined(one: Any, other: Any) -> Any:
    """What the page tells a reader to do: join strings and lists position by position."""
    if isinstance(one, dict) and isinstance(other, dict):
        shared = {key: joined(one[key], other[key]) for key in one.keys() & other.keys()}
        return {**one, **other, **shared}
    if isinstance(one, list) and isinstance(other, list):
        common = [joined(a, b) for a, b in zip(one, other, strict=False)]
        return common + one[len(common) :] + other[len(common) :]
    if isinstance(one, str) and isinstance(other, str):
        return one + other
    return one if other is None else other


def reassembled(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The payload that the parts were."""
    whole: Any = copy.deepcopy(parts[0]["protoPayload"])
    for part in parts[1:]:
        for name in ("metadata", "request", "response"):
            if name in part["protoPayload"]:
                more = part["protoPayload"][name]
                whole[name] = joined(whole[name], more) if name in whole else more
    return dict(whole)


def test_an_entry_within_the_limit_is_left_alone() -> None:
    entry = an_entry(request={"a": "x"})

    assert split(entry, size(entry)) == [entry]


def test_the_parts_name_their_group_their_place_and_their_number() -> None:
    parts = split(an_entry(request={"a": "x" * 2000}), LIMIT)
    uid = "abc+2026-01-01T00:00:00.000000Z"

    assert [part["insertId"] for part in parts] == ["abc-0", "abc-1"]
    assert [part["split"] for part in parts] == [
        {"uid": uid, "totalSplits": 2},
        {"uid": uid, "index": 1, "totalSplits": 2},
    ]


def test_all_but_three_fields_are_in_every_part() -> None:
    entry = an_entry(metadata={"a": "x" * 1000}, request={"b": 1}, response={"c": "y" * 1000})
    parts = split({**entry, "severity": "NOTICE", "resource": {"type": "t"}}, LIMIT)

    assert len(parts) > 1
    for part in parts:
        rest = {
            k: v
            for k, v in part["protoPayload"].items()
            if k not in entry["protoPayload"] or k in {"methodName", "status"}
        }
        assert rest == {"methodName": "Insert", "status": {}}
        assert (part["severity"], part["resource"]) == ("NOTICE", {"type": "t"})


def test_a_list_is_cut_as_on_the_page() -> None:
    first, second = request_parts({"list": ["a" * 600, "b" * 1000, "baz"]})

    assert first["list"][0] == "a" * 600
    assert first["list"][1] + second["list"][1] == "b" * 1000
    assert len(first["list"]) == 2
    assert second["list"] == ["", second["list"][1], "baz"]


def test_kept_places_count_for_the_limit() -> None:
    entry = an_entry(request={"list": [f"{number:030}" for number in range(180)]})
    parts = split(entry, LIMIT)

    assert max(map(size, parts)) <= LIMIT
    assert len(parts) < 20
    assert reassembled(parts) == entry["protoPayload"]


def test_what_is_neither_text_nor_list_is_in_one_part_alone() -> None:
    value = {"text": "x" * 2500, "flag": True, "number": 12345}
    parts = request_parts(value)

    assert sum("flag" in part for part in parts) == 1
    assert sum("number" in part for part in parts) == 1


def test_an_entry_without_such_a_field_is_not_split() -> None:
    entry = {**FRAME, "textPayload": "x" * 5000}

    assert split(entry, LIMIT) == [entry]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=700),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=9), inner, max_size=6)
    ),
    max_leaves=25,
)
BODY = st.dictionaries(
    st.sampled_from(["metadata", "request", "response"]), st.dictionaries(st.text(max_size=9), JSON)
)


@settings(deadline=None, max_examples=50)
@given(body=BODY)
def test_the_parts_are_within_the_limit_and_together_the_whole(body: dict[str, Any]) -> None:
    entry = an_entry(**body)
    before = copy.deepcopy(entry)
    parts = split(entry, LIMIT)

    assert entry == before
    assert max(size(part) for part in parts) <= LIMIT
    assert reassembled(parts) == before["protoPayload"]
    assert {part.get("split", {}).get("totalSplits", 1) for part in parts} == {len(parts)}


@pytest.mark.parametrize("limit", [0, 1, 400])
def test_a_limit_that_nothing_fits_in_still_ends(limit: int) -> None:
    entry = an_entry(request={"a": "x" * 1000, "b": [1, {"c": "y" * 300}]})
    parts = split(entry, limit)

    assert reassembled(parts) == entry["protoPayload"]


def test_a_model_s_entry_is_written_in_parts_over_the_set_limit() -> None:
    env = Environment()
    env.set({"entry_limit": LIMIT})
    log = LogRouter(env, publish=lambda *_: None)
    log.write(entries.model_created(a_model(description="d" * 3000), ANALYST, INSERT_JOB, a_job()))
    parts = log.entries('protoPayload.resourceName="projects/p1/datasets/sales/models/churn"')

    assert len(parts) == parts[0]["split"]["totalSplits"] > 2
    assert len(log.entries("protoPayload.metadata.modelCreation.reason:*")) == 1
    info = reassembled(parts)["metadata"]["modelCreation"]["model"]["modelInfo"]
    assert info["description"] == "d" * 3000


def test_metadata_that_bigquery_truncates_needs_no_split() -> None:
    log = LogRouter(Environment(), publish=lambda *_: None)
    log.write(
        entries.model_created(a_model(description="d" * 300_000), ANALYST, INSERT_JOB, a_job())
    )

    assert ["split" in entry for entry in log.entries()] == [False]


def test_a_big_request_is_split_at_256_kilobytes_and_exported_part_by_part() -> None:
    env = Environment()
    env.set({"export_latency": 0.0, "export_duplicates": 0})
    published: list[dict[str, Any]] = []
    log = LogRouter(env, publish=lambda _, data, __: published.append(json.loads(data)))
    log.create_sink("all", topic="projects/p/topics/t", filter_text="")
    log.write(an_entry(request={"a": "x" * 600_000}))

    assert [entry["insertId"] for entry in published] == ["abc-0", "abc-1", "abc-2"]
    assert max(map(size, published)) <= 256 * 1024
    assert published == log.entries()
