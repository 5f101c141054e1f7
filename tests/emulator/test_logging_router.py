"""The Log Router. Faked is only Pub/Sub: what would be published is recorded with its time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.audit import entries
from emulator.audit.router import LogRouter
from emulator.cloud import Environment, LocalCloud
from emulator.errors import ServiceError, not_found
from tests.emulator.audit_resources import ANALYST, INSERT_JOB, a_job, a_model

TOPIC = "projects/p1/topics/changes"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Logging:
    """A router in an environment of its own, and what it published."""

    def __init__(self) -> None:
        self.env = Environment()
        self.published: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.router = LogRouter(self.env, publish=self._publish)
        self.cloud = LocalCloud(self.env, {"logging": self.router})

    def _publish(self, topic: str, data: bytes, attributes: dict[str, str]) -> None:
        if topic.endswith("/gone"):
            raise not_found("Resource not found (resource=gone).")
        self.published.append((topic, json.loads(data), attributes))

    def sink(self, filter_text: str = "", name: str = "s1", topic: str = TOPIC) -> None:
        self.router.create_sink(name, topic=topic, filter_text=filter_text)

    def fault(self, kind: str, **order: Any) -> None:
        self.env.gate.faults.add({"method": "logging.export", "kind": kind, **order})

    def write(self, *texts: str) -> None:
        for text in texts:
            self.router.write({"logName": "projects/p1/logs/app", "textPayload": text})

    def texts(self) -> list[str]:
        """What arrived, in order, once all exports are over."""
        assert self.cloud.wait_idle(10) == []
        return [entry["textPayload"] for _, entry, _ in self.published]


@pytest.fixture
def logs() -> Iterator[Logging]:
    made = Logging()
    made.env.set({"export_latency": 0.01, "export_duplicates": 0})
    made.env.clock.start()
    yield made
    made.env.clock.stop()


def test_an_entry_is_completed_by_its_id_and_times(logs: Logging) -> None:
    logs.write("a")
    [entry] = logs.router.entries()

    assert re.fullmatch(r"[0-9a-z]{12}", entry["insertId"])
    assert RFC3339.fullmatch(entry["timestamp"])
    assert RFC3339.fullmatch(entry["receiveTimestamp"])


def test_a_given_timestamp_is_kept(logs: Logging) -> None:
    logs.router.write({"timestamp": "2026-01-01T00:00:00Z", "textPayload": "a"})

    assert logs.router.entries()[0]["timestamp"] == "2026-01-01T00:00:00Z"


def test_ids_are_unique_and_the_caller_keeps_its_entry(logs: Logging) -> None:
    entry = {"textPayload": "a"}
    for _ in range(500):
        logs.router.write(entry)

    assert entry == {"textPayload": "a"}
    assert len({each["insertId"] for each in logs.router.entries()}) == 500


def test_a_sink_publishes_the_entry_with_its_time_as_attribute(logs: Logging) -> None:
    logs.sink('textPayload="yes"')
    logs.write("yes", "no")

    assert logs.texts() == ["yes"]
    [(topic, entry, attributes)] = logs.published
    assert topic == TOPIC
    assert entry == logs.router.entries('textPayload="yes"')[0]
    assert attributes == {"logging.googleapis.com/timestamp": entry["timestamp"]}


def test_an_entry_goes_to_every_sink_that_wants_it(logs: Logging) -> None:
    logs.sink("a", name="one")
    logs.sink("", name="two", topic="projects/p1/topics/all")
    logs.sink("b", name="three")
    logs.write("a")

    logs.texts()
    assert {topic for topic, _, _ in logs.published} == {TOPIC, "projects/p1/topics/all"}


def test_what_was_written_before_the_sink_is_not_exported(logs: Logging) -> None:
    logs.write("early")
    logs.sink()
    logs.write("late")

    assert logs.texts() == ["late"]


def test_an_export_takes_its_latency_and_is_pending_until_then(logs: Logging) -> None:
    logs.env.set({"export_latency": 3600.0})
    logs.sink()
    logs.write("a")
    [pending] = logs.cloud.pending()

    assert pending.startswith("logging.export s1 ")
    assert logs.published == []
    logs.env.clock.advance(3600)
    assert logs.texts() == ["a"]


def test_without_latency_an_export_is_immediate(logs: Logging) -> None:
    logs.env.set({"export_latency": 0.0})
    logs.sink()
    logs.write("a")

    assert [entry["textPayload"] for _, entry, _ in logs.published] == ["a"]


def test_extra_copies_have_the_same_insert_id(logs: Logging) -> None:
    logs.env.set({"export_duplicates": 2})
    logs.sink()
    logs.write("a")

    assert logs.texts() == ["a", "a", "a"]
    assert len({entry["insertId"] for _, entry, _ in logs.published}) == 1


def test_a_duplicate_order_adds_one_copy(logs: Logging) -> None:
    logs.fault("duplicate")
    logs.sink()
    logs.write("a", "b")

    assert sorted(logs.texts()) == ["a", "a", "b"]


def test_a_drop_order_loses_the_export_and_not_the_entry(logs: Logging) -> None:
    logs.fault("drop", skip=1)
    logs.sink()
    logs.write("a", "b", "c")

    assert logs.texts() == ["a", "c"]
    assert len(logs.router.entries()) == 3


def test_a_reorder_order_lets_the_next_one_overtake(logs: Logging) -> None:
    logs.fault("reorder")
    logs.sink()
    logs.write("a", "b", "c")

    assert logs.texts() == ["b", "a", "c"]


def test_a_reordered_export_that_nothing_overtakes_comes_all_the_same(logs: Logging) -> None:
    logs.fault("reorder")
    logs.sink()
    logs.write("a")

    logs.env.clock.advance(2)
    assert logs.texts() == ["a"]


def test_an_export_to_a_missing_topic_is_discarded(
    logs: Logging, caplog: pytest.LogCaptureFixture
) -> None:
    logs.env.set({"export_latency": 0.0})
    logs.sink(topic="projects/p1/topics/gone")
    logs.write("a")

    assert logs.published == []
    assert "sink s1 lost entry" in caplog.text


@pytest.mark.parametrize(
    ("name", "topic", "filter_text", "message"),
    [
        ("s1", TOPIC, "severity=", "end of filter"),
        ("s1", "changes", "", "projects/PROJECT/topics/TOPIC"),
        ("-s1", TOPIC, "", "Invalid sink name"),
    ],
    ids=["filter", "topic", "name"],
)
def test_a_sink_with_a_mistake_is_refused(
    logs: Logging, name: str, topic: str, filter_text: str, message: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        logs.sink(filter_text, name=name, topic=topic)

    assert refused.value.status == "INVALID_ARGUMENT"
    assert message in refused.value.message
    assert logs.router.dump()["sinks"] == []


def test_a_second_sink_of_a_name_is_refused(logs: Logging) -> None:
    logs.sink()
    with pytest.raises(ServiceError) as refused:
        logs.sink()

    assert refused.value.status == "ALREADY_EXISTS"


def test_the_state_survives_dump_and_load(logs: Logging) -> None:
    logs.sink("a")
    logs.write("a")
    logs.texts()
    state = json.loads(json.dumps(logs.router.dump()))
    logs.router.reset()

    assert logs.router.dump() == {"sinks": [], "entries": []}
    logs.router.load(state)
    assert logs.router.dump() == state
    assert state["sinks"] == [{"name": "s1", "topic": TOPIC, "filter": "a"}]
    assert logs.texts() == ["a"]


def test_a_part_of_the_state_leaves_the_rest(logs: Logging) -> None:
    logs.sink()
    logs.router.load({"entries": [{"textPayload": "a", "insertId": "x"}]})

    assert [sink["name"] for sink in logs.router.dump()["sinks"]] == ["s1"]
    assert logs.router.entries()[0]["insertId"] == "x"


def test_an_unknown_part_of_the_state_is_refused(logs: Logging) -> None:
    with pytest.raises(ServiceError, match="buckets"):
        logs.router.load({"buckets": []})


def test_metadata_beyond_the_size_limit_is_truncated(logs: Logging) -> None:
    entry = entries.model_created(
        a_model(description="x" * 120_000, friendlyName="short"), ANALYST, INSERT_JOB, a_job()
    )
    logs.router.write(entry)
    [kept] = logs.router.entries("protoPayload.metadata.modelCreation:*")
    event = kept["protoPayload"]["metadata"]["modelCreation"]

    assert len(json.dumps(kept).encode()) < 100_000
    assert event["model"]["modelInfo"] == {"friendlyName": "short", "labels": {"team": "growth"}}
    assert event["reason"] == "QUERY"
    assert kept["protoPayload"]["metadata"]["@type"].endswith("BigQueryAuditMetadata")


def test_an_entry_within_the_limit_is_whole(logs: Logging) -> None:
    entry = entries.job_changed(a_job(), ANALYST, INSERT_JOB)
    logs.router.write(entry)

    assert entry.items() <= logs.router.entries()[0].items()
