"""The benchmark's table: medians, ratios within a round, bars. Nothing here is timed."""

import io

import pytest
from rich.console import Console

from benchmarks.api_calls import KINDS, REDELIVERED, REGISTERED, Calls, short_method
from benchmarks.candidates import HELLO, NAIVE, OURS
from benchmarks.report import table
from benchmarks.results import Samples, measured, rows, with_bar
from benchmarks.starts import Start
from benchmarks.workload import push_body
from shared.envelope import read_log_entry, read_push

READS = ("bigquery.GetModel", "aiplatform.GetModel")
COUNTS = {"ignored": 0, "skipped by name": 0, "skipped by labels": 3, "registered": 10}


def a_start(seconds, pss=100.0):
    return Start(ready=seconds, answered=seconds, pss=pss, pss_alone=pss)


def some_calls(**changes):
    calls = {kind: Calls(("bigquery.GetModel",) * count) for kind, count in COUNTS.items()}
    return {**calls, REDELIVERED: Calls(READS), **changes}


def some_samples(ours=1.0, pss=100.0, calls=None):
    starts = {OURS: [a_start(ours, pss)], HELLO: [a_start(1.0)], NAIVE: [a_start(2.0, 240.0)]}
    registered = {name: starts[name] for name in (OURS, NAIVE)}
    counted = {OURS: calls or some_calls(), NAIVE: some_calls()}
    return Samples(ignored=starts, registered=registered, calls=counted)


def of_title(samples, part):
    return next(row for row in rows(samples) if part in row.title)


def test_a_ratio_is_taken_within_each_round_and_a_busy_round_does_not_count_twice():
    ours = [a_start(1.0), a_start(9.0), a_start(1.2)]
    hello = [a_start(1.0), a_start(9.0), a_start(1.0)]

    row = measured("ready", {OURS: ours, HELLO: hello}, lambda start: start.ready)

    assert row.values == {OURS: 1.2, HELLO: 1.0}
    assert row.ratios == {HELLO: 1.0}


@pytest.mark.parametrize(("ours", "is_met"), [(1.5, True), (1.51, False)])
def test_a_bar_is_met_up_to_its_number(ours, is_met):
    starts = {OURS: [a_start(ours)], HELLO: [a_start(1.0)]}

    row = with_bar(measured("ready", starts, lambda start: start.ready), 1.5, HELLO)

    assert (row.bar, row.is_met) == ("at most 1.5 x hello", is_met)


def test_every_bar_is_met_by_good_numbers():
    assert {row.title: row.is_met for row in rows(some_samples()) if row.is_met is False} == {}


@pytest.mark.parametrize(
    ("samples", "part"),
    [
        (some_samples(ours=1.4), "first ignored"),
        (some_samples(ours=1.6), "first registered"),
        (some_samples(pss=206.0), "after registering"),
        (some_samples(pss=151.0), "after only ignoring"),
        (some_samples(calls=some_calls(**{REGISTERED: Calls(READS * 7)})), "calls, registered"),
        (some_samples(calls=some_calls(ignored=Calls(READS))), "calls, ignored"),
        (
            some_samples(calls=some_calls(**{REDELIVERED: Calls((*READS, "pubsub.Publish"))})),
            "calls, redelivered",
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_bar_that_is_missed_says_so(samples, part):
    assert of_title(samples, part).is_met is False


def test_every_kind_of_event_has_a_row_for_its_calls():
    titles = {row.title for row in rows(some_samples())}

    assert {f"API calls, {kind}" for kind in KINDS} <= titles


def test_the_table_is_plain_text_where_nobody_looks_at_a_terminal():
    out = io.StringIO()

    Console(file=out, width=140).print(table(rows(some_samples()), plain=True))

    assert "| start to ready, ms" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_a_method_is_named_by_its_service():
    assert short_method("google.cloud.bigquery.v2.ModelService.GetModel") == "bigquery.GetModel"
    assert short_method("google.pubsub.v1.Publisher.Publish") == "pubsub.Publish"


def test_a_push_body_carries_the_log_entry_as_pubsub_does():
    entry = {
        "insertId": "a1",
        "timestamp": "2026-11-02T09:30:05Z",
        "receiveTimestamp": "2026-11-02T09:30:06Z",
    }

    delivery = read_push(push_body(entry))

    assert read_log_entry(delivery.message.data) == entry
    assert delivery.message.message_id == "a1"
