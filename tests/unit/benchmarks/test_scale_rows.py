"""The benchmark's tables of what grows with its work: ratios and bars. Nothing here is timed."""

import hashlib
import io
import json

import pytest
from rich.console import Console

from benchmarks.fleet import multiply
from benchmarks.report import table
from benchmarks.scale_rows import cleanup_rows, endpoints_title, models_title, sweep_rows
from benchmarks.sweeps import Sweep, Sweeps
from benchmarks.workload import REGISTERED, message_body
from bqml_registrar.bookkeeping.ownership import OF_MODEL, OWNER, labelled_model, source_digest
from bqml_registrar.messages.envelopes import read_delivery
from bqml_registrar.names import ModelName
from bqml_registrar.sweep.messages import read_message

NAME = ModelName(project="analytics-dev", dataset=REGISTERED, model="model_1")


def a_sweep(seconds=1.0, cpu=0.5, gets=0, memory=140.0):
    calls = {"bigquery.ListModels": 2, "bigquery.GetModel": gets}
    return Sweep(
        seconds=seconds,
        function_cpu=cpu,
        cloud_cpu=0.1,
        calls=calls,
        most_memory=memory,
        pss_after=130.0,
    )


def some_sweeps(models, settled=None, looked=None):
    looked = looked or a_sweep(seconds=models / 100, cpu=models / 200, gets=models)
    settled = settled or a_sweep(seconds=models / 1000, cpu=models / 2000)
    return Sweeps(models=models, pss_before=120.0, looked=looked, settled=settled)


def missed(lines):
    return [row.title for row in lines if row.is_met is False]


def test_a_clean_up_of_many_endpoints_is_compared_with_one_in_the_same_round():
    taken, added_up = cleanup_rows({1: [4.0, 8.0, 4.0], 20: [5.0, 10.0, 6.0]})

    assert (taken.values, taken.ratios) == (
        {"1 endpoint": 4.0, "20 endpoints": 6.0},
        {"1 endpoint": 1.25},
    )
    assert taken.is_met
    assert added_up.values == {"1 endpoint": 2.0, "20 endpoints": 40.0}


@pytest.mark.parametrize(("seconds", "is_met"), [(6.0, True), (6.1, False)])
def test_twenty_endpoints_may_take_half_as_long_again_as_one(seconds, is_met):
    taken, _ = cleanup_rows({1: [4.0], 20: [seconds]})

    assert (taken.bar, taken.is_met) == ("at most 1.5 x 1 endpoint", is_met)


def test_ten_times_the_models_at_ten_times_the_cost_meet_every_bar():
    assert missed(sweep_rows(some_sweeps(1_000), some_sweeps(10_000))) == []


@pytest.mark.parametrize(
    ("many", "title"),
    [
        ({"settled": a_sweep(seconds=12.1)}, "settled by the lists, s"),
        ({"settled": a_sweep(cpu=6.1)}, "- the function's CPU, s"),
        ({"settled": a_sweep(gets=1)}, "- models.get, a model"),
        ({"looked": a_sweep(seconds=121.0, gets=10_000)}, "each looked at, s"),
        ({"looked": a_sweep(cpu=61.0, gets=10_000)}, "- the function's CPU, s"),
        ({"looked": a_sweep(gets=10_001)}, "- models.get, a model"),
        ({"looked": a_sweep(memory=155.0)}, "PSS at most meanwhile, MB"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_what_grows_more_than_the_models_says_so(many, title):
    lines = sweep_rows(some_sweeps(1_000), some_sweeps(10_000, **many))

    assert missed(lines) == [title]


def test_the_table_has_the_columns_that_are_compared():
    out = io.StringIO()
    lines = cleanup_rows({1: [4.0], 20: [5.0]})

    Console(file=out, width=140).print(
        table(lines, (endpoints_title(1),), first=endpoints_title(20), plain=True)
    )

    assert "20 endpoints | 1 endpoint | 20 endpoints / 1 endpoint |" in out.getvalue()
    assert "5.0 |        4.0 |" in out.getvalue()
    assert models_title(10_000) == "10,000 models"


def digest(name):
    return hashlib.sha256(str(name).encode()).hexdigest()


class Cloud:
    """A local cloud that knows one registered model; `put` is what it was given instead."""

    def __init__(self):
        self.models = [
            {
                "modelReference": {"datasetId": REGISTERED, "modelId": NAME.model},
            },
            {"modelReference": {"datasetId": "other", "modelId": "draft"}},
        ]
        labels = {
            OWNER: source_digest(NAME),
            OF_MODEL: NAME.model,
            "bqml-registrar-of-dataset": REGISTERED,
        }
        self.registered = {
            "model_id": f"{REGISTERED}-{NAME.model}",
            "versions": [{"labels": labels}],
        }

    def state(self):
        vertex = {"models": [self.registered], "project_numbers": {"analytics-dev": "1"}}
        documents = [{"name": f"models/{digest(NAME)}", "fields": {"model": NAME.model}}]
        swept = {"name": "datasets/1", "fields": {}}
        databases = [{"name": "registry", "documents": [*documents, swept]}, {"name": "cleanup"}]
        return {
            "bigquery": {"models": self.models, "jobs": []},
            "vertex": vertex,
            "firestore": {"databases": databases, "last_commit": 1},
        }

    def put_state(self, **services):
        self.put = json.loads(json.dumps(services))


def test_copies_of_a_model_carry_the_marks_of_their_own_names():
    cloud = Cloud()

    multiply(cloud, 3)

    models, registered = cloud.put["bigquery"]["models"], cloud.put["vertex"]["models"]
    names = [
        ModelName(project=NAME.project, dataset=REGISTERED, model=f"copy_{n:05}") for n in range(3)
    ]
    assert [labelled_model(m["versions"][0]["labels"], NAME.project) for m in registered] == names
    assert [m["model_id"] for m in registered] == [f"{REGISTERED}-{name.model}" for name in names]
    assert [m["modelReference"]["modelId"] for m in models] == [name.model for name in names]
    registry, cleanup = cloud.put["firestore"]["databases"]
    swept, *documents = registry["documents"]
    assert [document["name"] for document in documents] == [f"models/{digest(n)}" for n in names]
    assert [document["fields"]["model"] for document in documents] == [n.model for n in names]
    assert (swept["name"], cleanup) == ("datasets/1", {"name": "cleanup"})
    assert cloud.put["vertex"]["project_numbers"] == {"analytics-dev": "1"}


def test_a_message_of_the_sweep_is_one_that_the_function_reads_and_is_new_each_time():
    asked = {"project": NAME.project, "dataset": REGISTERED}

    first, second = (read_delivery(message_body(asked, "sweeps"), {}).message for _ in range(2))

    assert read_message(first.data, first.message_id).dataset == REGISTERED
    assert first.message_id != second.message_id
