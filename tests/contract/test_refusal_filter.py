"""The filter of refused deletes and the function's detection agree, entry by entry.

Real: statements and calls by the official client about a model that is deployed, the entries that they
leave in the log, whole or split. What the filter lets through the function acts on (the echo of its
own calls apart); what it keeps back would be ignored; each refusal comes through, and nothing else.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud import bigquery

from bqml_registrar.audit.refusals import Refusal, detect_refusal
from bqml_registrar.audit.statements import RefusedStatement
from emulator.audit.query import compile_filter
from local.cloud.control import Control
from tests.analyst import a_client, create_dataset
from tests.builders import (
    CHURN,
    DEPLOYED,
    a_refused_call_entry,
    a_refused_job_entry,
    an_audit_entry,
    with_payload,
    without,
)

ROOT = Path(__file__).parents[2]
WAKES = compile_filter((ROOT / "terraform" / "filters" / "refused_deletes.txt").read_text())
SAMPLES = sorted((ROOT / "tests" / "events").glob("*.json"))
DROP, REPLACE, DATASET = (
    RefusedStatement.DROP_MODEL,
    RefusedStatement.REPLACE_MODEL,
    RefusedStatement.DROP_SCHEMA,
)
OPTIONS = "OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"


def statement(sql: str) -> Callable[[bigquery.Client], object]:
    """A query job, to its end."""
    return lambda client: client.query(sql, retry=None, job_retry=None).result(timeout=10)


REFUSED: dict[str, tuple[Callable[[bigquery.Client], object], RefusedStatement]] = {
    "DROP MODEL": (statement("DROP MODEL prod_sales.churn"), DROP),
    "DROP MODEL IF EXISTS": (statement("DROP MODEL IF EXISTS prod_sales.churn"), DROP),
    "CREATE OR REPLACE MODEL": (
        statement(f"CREATE OR REPLACE MODEL prod_sales.churn {OPTIONS}"),
        REPLACE,
    ),
    "in a script": (statement("SELECT 1; DROP MODEL prod_sales.churn; SELECT 2"), DROP),
    "DROP SCHEMA": (statement("DROP SCHEMA prod_sales CASCADE"), DATASET),
    "models.delete": (lambda client: client.delete_model("prod_sales.churn"), DROP),
    "datasets.delete": (
        lambda client: client.delete_dataset("prod_sales", delete_contents=True),
        DATASET,
    ),
}
OTHERS: dict[str, Callable[[bigquery.Client], object]] = {
    "a query": statement("SELECT 'undeploy the model'"),
    "a script": statement("SELECT 1; SELECT 2"),
    "a script that fails": statement("SELECT 1; DROP MODEL prod_sales.gone"),
    "a model that is there": statement(f"CREATE MODEL prod_sales.churn {OPTIONS}"),
    "a model that is not there": statement("DROP MODEL prod_sales.gone"),
    "a call that finds none": lambda client: client.delete_model("prod_sales.gone"),
    "a dataset in use": lambda client: client.delete_dataset("prod_sales"),
    "a model that is free": statement("DROP MODEL prod_sales.free"),
    "a replacement that goes well": statement(f"CREATE OR REPLACE MODEL prod_sales.new {OPTIONS}"),
    "a dataset that goes": lambda client: client.delete_dataset("other", delete_contents=True),
    "a temporary model": statement(f"CREATE OR REPLACE MODEL _hidden.churn {OPTIONS}"),
    "a temporary model by a call": lambda client: client.delete_model("_hidden.churn"),
}


@pytest.fixture
def cloud(control: Control) -> Control:
    """The local cloud with two deployed models, one of them in a hidden dataset, and a free one."""
    control.settings(job_latency=0.0, registration_latency=0.0, version_latency=0.0)
    for dataset in ("prod_sales", "other", "_hidden"):
        create_dataset(dataset)
    registered = "model_type='linear_reg', model_registry='VERTEX_AI', vertex_ai_model_id"
    for name in ("prod_sales.churn", "_hidden.churn", "prod_sales.free"):
        vertex_id = name.replace(".", "-")
        options = f"OPTIONS({registered}='{vertex_id}') AS SELECT 1 AS label"
        statement(f"CREATE MODEL {name} {options}")(a_client())
    control.wait_idle()
    vertex = control.state()["vertex"]
    for model in vertex["models"]:
        if model["model_id"].endswith("churn"):
            endpoint = "projects/123456789012/locations/us-central1/endpoints/7"
            model["versions"][0]["deployed_models"] = [{"endpoint": endpoint, "id": "42"}]
    control.put_state(vertex=vertex)
    return control


def entries_of(cloud: Control, act: Callable[[bigquery.Client], object]) -> list[dict[str, Any]]:
    """What an act leaves in the log."""
    before = len(cloud.state()["logging"]["entries"])
    with contextlib.suppress(GoogleAPICallError):
        act(a_client())
    return list(cloud.state()["logging"]["entries"][before:])


def heard(entry: dict[str, Any]) -> Refusal | None:
    found = detect_refusal(entry, ignore_echo=False)
    return found if isinstance(found, Refusal) else None


def verdicts(entries: list[dict[str, Any]]) -> Counter[tuple[bool, bool]]:
    """How often the filter and the function said what."""
    return Counter((WAKES(entry), heard(entry) is not None) for entry in entries)


# Statement types whose refused jobs name their model, which is documented for those that go well.
NAMING = ("DROP_MODEL", "CREATE_MODEL")


@pytest.mark.parametrize("naming", [(), NAMING], ids=["", "jobs-name-their-model"])
@pytest.mark.parametrize(("act", "kind"), REFUSED.values(), ids=REFUSED)
def test_of_each_refusal_one_entry_comes_through_and_tells_what_was_refused(
    cloud: Control,
    act: Callable[[bigquery.Client], object],
    kind: RefusedStatement,
    naming: tuple[str, ...],
) -> None:
    cloud.settings(refused_job_names_model=naming)
    entries = entries_of(cloud, act)
    (refusal,) = filter(None, map(heard, entries))

    assert verdicts(entries) == Counter({(True, True): 1, (False, False): len(entries) - 1})
    assert refusal.kind is kind
    assert [each.endpoint for each in refusal.endpoints] == ["7"]
    assert refusal.model in ({CHURN, None} if refusal.job else {CHURN if kind is DROP else None})


@pytest.mark.parametrize("act", OTHERS.values(), ids=OTHERS)
def test_of_anything_else_that_is_done_or_fails_nothing_comes_through(
    cloud: Control, act: Callable[[bigquery.Client], object]
) -> None:
    cloud.settings(refused_job_names_model=NAMING)
    entries = entries_of(cloud, act)

    assert verdicts(entries) == {(False, False): len(entries)}
    assert entries


def test_where_the_job_does_not_name_its_temporary_model_nobody_can_keep_it_back(
    cloud: Control,
) -> None:
    entries = entries_of(cloud, OTHERS["a temporary model"])

    (refusal,) = filter(None, map(heard, entries))
    assert verdicts(entries)[True, True] == 1
    assert (refusal.model, refusal.job is not None) == (None, True)


LIMITS = range(1300, 3000, 150)
JOBS = ["DROP MODEL", "DROP MODEL IF EXISTS", "CREATE OR REPLACE MODEL", "DROP SCHEMA"]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("name", JOBS)
def test_split_anywhere_a_refused_job_is_heard_under_its_one_key(
    cloud: Control, name: str, limit: int
) -> None:
    cloud.settings(entry_limit=limit)
    act, kind = REFUSED[name]
    entries = entries_of(cloud, act)
    refusals = [told for told in map(heard, entries) if told]

    assert set(verdicts(entries)) == {(True, True), (False, False)}
    assert len({(told.key, told.job) for told in refusals}) == 1
    assert {told.kind for told in refusals} <= {kind, None}


@pytest.mark.parametrize("limit", LIMITS)
def test_split_anywhere_a_script_is_told_from_its_child_or_is_to_be_asked(
    cloud: Control, limit: int
) -> None:
    """A part of the script's own entry may have the error and not the kind: the job has it."""
    cloud.settings(entry_limit=limit)
    entries = entries_of(cloud, REFUSED["in a script"][0])
    refusals = [told for told in map(heard, entries) if told]
    children = {told.key for told in refusals if "/script_job_" in told.key}

    assert set(verdicts(entries)) == {(True, True), (False, False)}
    assert len(children) == 1
    assert {told.kind for told in refusals if told.key not in children} <= {None}


# Samples and what is left of an entry.


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_sample_comes_through(path: Path) -> None:
    sample = json.loads(path.read_text())
    entry = sample.get("data", sample)

    assert (WAKES(entry), heard(entry)) == (False, None)


def part(entry: dict[str, Any], index: int) -> dict[str, Any]:
    """A part of a split entry; JSON of protocol buffers leaves a zero out."""
    split = {"uid": "u", "totalSplits": 3, **({"index": index} if index else {})}
    return {**entry, "split": split}


def a_copy_job() -> dict[str, Any]:
    entry = without(a_refused_job_entry(), *QUERY)
    entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobConfig"] = {"type": "COPY"}
    return entry


JOB = ("jobChange", "job")
QUERY = (*JOB, "jobConfig", "queryConfig")
FULL = {"code": 9, "message": DEPLOYED}
HIDDEN = "projects/analytics-dev/datasets/_0a/tables/m"
LEFT = {
    "whole job": (a_refused_job_entry(), True),
    "text in the status alone": (a_refused_job_entry(error="", status=FULL), True),
    "text in capitals": (a_refused_job_entry(error=DEPLOYED.upper()), True),
    "the second words alone": (a_refused_job_entry(error="Undeploy the model first."), True),
    "job without its statement's kind": (
        without(a_refused_job_entry(), *QUERY, "statementType"),
        True,
    ),
    "job without its query": (without(a_refused_job_entry(), *QUERY), True),
    "job without its configuration": (without(a_refused_job_entry(), *JOB, "jobConfig"), True),
    "job without its new state": (without(a_refused_job_entry(), "jobChange", "after"), True),
    "job without its error": (without(a_refused_job_entry(), *JOB, "jobStatus"), False),
    "copy job": (a_copy_job(), False),
    "job that is running": (a_refused_job_entry(after="RUNNING"), False),
    "script": (a_refused_job_entry("SCRIPT"), False),
    "query": (a_refused_job_entry("SELECT"), False),
    "hidden dataset": (a_refused_job_entry("CREATE_MODEL", destination=HIDDEN), False),
    "part 0, job": (part(a_refused_job_entry(), 0), True),
    "part 2, job": (part(a_refused_job_entry(), 2), True),
    "part 2, kind cut in two": (part(a_refused_job_entry("DROP_M"), 2), True),
    "part 0, text in the status": (part(a_refused_job_entry(error="", status=FULL), 0), True),
    "part 1, text in the status": (part(a_refused_job_entry(error="", status=FULL), 1), False),
    "part 0, nothing else": (
        part(with_payload(a_refused_job_entry(status=FULL), metadata={}), 0),
        True,
    ),
    "part 0, start": (
        part(with_payload(a_refused_job_entry(status=FULL), metadata={"jobInsertion": {}}), 0),
        False,
    ),
    "part 1, script": (part(a_refused_job_entry("SCRIPT"), 1), False),
    "call": (a_refused_call_entry(), True),
    "call without metadata": (with_payload(a_refused_call_entry(), metadata=None), True),
    "call without words": (a_refused_call_entry(status={"code": 3, "message": "X"}), False),
    "call that went well": (a_refused_call_entry(status={"message": DEPLOYED}), False),
    "part 0, call": (part(a_refused_call_entry(), 0), True),
    "part 1, call": (part(a_refused_call_entry(), 1), False),
    "call about a hidden model": (
        a_refused_call_entry(resource="projects/p/datasets/_0a/models/m"),
        False,
    ),
    "call of another method": (a_refused_call_entry("ModelService.PatchModel"), False),
    "another service": (with_payload(a_refused_call_entry(), serviceName="x"), False),
    "old format": (
        with_payload(a_refused_job_entry(status=FULL), metadata=None, serviceData={}),
        False,
    ),
    "a model's event with such words": (an_audit_entry(status=FULL), False),
}


@pytest.mark.parametrize(("entry", "wakes"), LEFT.values(), ids=LEFT)
def test_they_agree_on_what_is_left_of_an_entry(entry: dict[str, Any], wakes: bool) -> None:
    assert (WAKES(entry), heard(entry) is not None) == (wakes, wakes)
