"""The benchmark's tables and load: medians, ratios within a round, bars. Nothing here is timed."""

import io
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rich.console import Console

from benchmarks.api_calls import KINDS, REDELIVERED, REGISTERED, Calls, short_method
from benchmarks.candidates import CLEANUP, HELLO, IDEAL, NAIVE, OURS, RECONCILE
from benchmarks.load import drive
from benchmarks.report import table
from benchmarks.results import Samples, at_least, at_most, measured, rate_rows, rows
from benchmarks.starts import Start
from benchmarks.throughput import LATENCY, Rate, Rates, ideal_rate
from benchmarks.workload import push_body
from bqml_registrar.messages.envelopes import read_delivery
from bqml_registrar.messages.received import read_object
from local.cloud.servers import CONCURRENCY

READS = ("bigquery.GetModel", "aiplatform.GetModel", "firestore.BatchGetDocuments")
COUNTS = {"ignored": 0, "skipped by name": 0, "skipped by labels": 3, "registered": 10}


def a_start(seconds, pss=100.0):
    return Start(ready=seconds, answered=seconds, pss=pss, pss_alone=pss)


def some_calls(**changes):
    calls = {kind: Calls(("bigquery.GetModel",) * count) for kind, count in COUNTS.items()}
    return {**calls, REDELIVERED: Calls(READS), **changes}


def some_samples(ours=1.0, pss=100.0, calls=None, further=1.0):
    starts = {OURS: [a_start(ours, pss)], HELLO: [a_start(1.0)], NAIVE: [a_start(2.0, 240.0)]}
    registered = {name: starts[name] for name in (OURS, NAIVE)}
    counted = {OURS: calls or some_calls(), NAIVE: some_calls()}
    others = {name: [a_start(further)] for name in (CLEANUP, RECONCILE)}
    return Samples(ignored=starts, registered=registered, calls=counted, further=others)


def some_rates(ignored=9.0, registered=9.0):
    def rate(per_second):
        return [Rate(per_second=per_second, function_cpu=2.0, cloud_cpu=3.0)]

    return Rates(
        ignored={OURS: rate(ignored), HELLO: rate(10.0)},
        registered={OURS: rate(registered), IDEAL: rate(10.0)},
    )


class CountingServer(ThreadingHTTPServer):
    """Counts bodies and connections."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.bodies = Counter()
        self.connections = set()
        self.unanswered = []


class Answering(BaseHTTPRequestHandler):
    """Answers 200, and 500 to a body that says so; closes on a body that is to be unanswered."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies[body] += 1
        self.server.connections.add(self.client_address)
        if body in self.server.unanswered:
            self.server.unanswered.remove(body)
            self.close_connection = True
            return
        self.send_response(500 if body == b"refuse" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


@pytest.fixture
def counting() -> Iterator[CountingServer]:
    with CountingServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


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

    row = at_most(measured("ready", starts, lambda start: start.ready), 1.5, HELLO)

    assert (row.bar, row.is_met) == ("at most 1.5 x hello", is_met)


@pytest.mark.parametrize(("ours", "is_met"), [(0.8, True), (0.79, False)])
def test_a_bar_from_below_is_met_from_its_number_on(ours, is_met):
    starts = {OURS: [a_start(ours)], HELLO: [a_start(1.0)]}

    row = at_least(measured("rate", starts, lambda start: start.ready), 0.8, HELLO)

    assert (row.bar, row.is_met) == ("at least 0.8 x hello", is_met)


def test_every_bar_is_met_by_good_numbers():
    good = [*rows(some_samples()), *rate_rows(some_rates())]

    assert {row.title: row.is_met for row in good if row.is_met is False} == {}


@pytest.mark.parametrize(
    ("rates", "part"),
    [("ignored", "ignored events"), ("registered", "registered events")],
)
def test_a_rate_below_its_bar_says_so(rates, part):
    (row,) = [row for row in rate_rows(some_rates(**{rates: 7.9})) if row.title.startswith(part)]

    assert row.is_met is False


def test_the_ideal_is_what_the_calls_take_one_after_the_other():
    assert ideal_rate(calls=10) == CONCURRENCY / (10 * LATENCY)


def test_cpu_time_stands_beside_the_rates_of_what_was_measured_only():
    cpu = [row for row in rate_rows(some_rates()) if "CPU" in row.title]

    assert [(dict(row.values), row.digits, row.is_met) for row in cpu] == [
        ({OURS: 2.0, HELLO: 2.0}, 2, None),
        ({OURS: 2.0}, 1, None),
        ({OURS: 3.0}, 1, None),
    ]


@pytest.mark.parametrize(
    ("samples", "part"),
    [
        (some_samples(ours=1.4), "first ignored"),
        (some_samples(ours=1.6), "first registered"),
        (some_samples(further=1.6), "of cleanup_endpoints"),
        (some_samples(further=1.6), "of reconcile"),
        (some_samples(pss=156.0), "after registering"),
        (some_samples(pss=151.0), "after only ignoring"),
        (some_samples(calls=some_calls(**{REGISTERED: Calls(READS * 8)})), "calls, registered"),
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


def test_the_other_functions_have_the_bars_of_the_first():
    titles = [row.title for row in rows(some_samples(further=1.4)) if row.is_met is False]

    assert titles == ["- of cleanup_endpoints"]  # its first ignored event; it was ready in time


def test_every_kind_of_event_has_a_row_for_its_calls():
    titles = {row.title for row in rows(some_samples())}

    assert {f"API calls, {kind}" for kind in KINDS} <= titles


def test_the_table_is_plain_text_where_nobody_looks_at_a_terminal():
    out = io.StringIO()

    Console(file=out, width=140).print(table(rows(some_samples()), (HELLO, NAIVE), plain=True))

    assert "| start to ready, ms" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_a_small_number_keeps_its_digits():
    out = io.StringIO()

    Console(file=out, width=140).print(table(rate_rows(some_rates()), (HELLO, IDEAL), plain=True))

    assert "9.0 |     - |  10.0 |" in out.getvalue()


def test_the_load_is_each_body_once_on_connections_that_are_kept(counting):
    bodies = [str(number).encode() for number in range(40)]

    drive(counting.address, bodies, connections=4)

    assert counting.bodies == Counter(bodies)
    assert len(counting.connections) == 4


def test_a_connection_closed_instead_of_an_answer_is_opened_anew_once(counting):
    counting.unanswered = [b"b"]
    drive(counting.address, [b"a", b"b", b"c"], connections=1)
    assert counting.bodies == Counter({b"a": 1, b"b": 2, b"c": 1})

    counting.unanswered = [b"b", b"b"]
    with pytest.raises(RuntimeError, match="closed"):
        drive(counting.address, [b"b"], connections=1)


def test_the_load_ends_at_the_first_answer_that_is_not_200(counting):
    with pytest.raises(RuntimeError, match="500"):
        drive(counting.address, [b"ok", b"refuse"], connections=1)


def test_a_method_is_named_by_its_service():
    assert short_method("google.cloud.bigquery.v2.ModelService.GetModel") == "bigquery.GetModel"
    assert short_method("google.pubsub.v1.Publisher.Publish") == "pubsub.Publish"


def test_a_push_body_carries_the_log_entry_as_pubsub_does():
    entry = {
        "insertId": "a1",
        "timestamp": "2026-11-02T09:30:05Z",
        "receiveTimestamp": "2026-11-02T09:30:06Z",
    }

    delivery = read_delivery(push_body(entry), {})

    assert read_object(delivery.message.data) == entry
    assert delivery.message.message_id == "a1"
