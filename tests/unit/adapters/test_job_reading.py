"""What is read of a job's resource: which model it made, by whom, and whether it replaced one."""

from __future__ import annotations

from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from bqml_registrar.adapters.job_reading import creating_job, read_job
from bqml_registrar.resources.jobs import CreatingJob, OtherJob, ScriptJob
from tests.builders import CHURN

CLIENT = bigquery.Client(project="analytics-dev", credentials=AnonymousCredentials())
TABLE = {"projectId": CHURN.project, "datasetId": CHURN.dataset, "tableId": CHURN.model}


def a_job(kind: str, configuration: dict[str, Any], **changes: Any) -> Any:
    statistics = {"creationTime": "1793611800000", "endTime": "1793611860000"}
    return CLIENT.job_from_resource(
        {
            "jobReference": {"projectId": "analytics-dev", "jobId": "job_1", "location": "US"},
            "user_email": "ana@example.com",
            "configuration": {
                kind: configuration,
                "labels": {"team": "ml"},
                "jobType": kind.upper(),
            },
            "statistics": {**statistics, **changes.pop("statistics", {})},
            "status": {"state": "DONE", **changes},
        }
    )


def a_query(statement_type: str = "CREATE_MODEL", *, performed: str = "CREATE", **changes: Any) -> Any:  # fmt: skip
    told = {"statementType": statement_type, "ddlOperationPerformed": performed}
    query = {"query": "CREATE MODEL", "destinationTable": TABLE} | changes.pop("query", {})
    return a_job("query", query, statistics={"query": told}, **changes)


def a_copy(**changes: Any) -> Any:
    copied = {"sourceTable": TABLE | {"datasetId": "tmp"}, "destinationTable": TABLE}
    return a_job("copy", copied | changes.pop("copy", {}), **changes)


FAILED = {"errorResult": {"reason": "invalid"}}


@pytest.mark.parametrize(
    ("job", "kind", "replaced"),
    [
        pytest.param(a_query(), "query", False, id="CREATE"),
        pytest.param(a_query(performed="REPLACE"), "query", True, id="REPLACE"),
        pytest.param(a_query(errors=[{"reason": "invalidQuery"}]), "query", False, id="warned"),
        pytest.param(a_copy(), "copy", False, id="copy"),
        pytest.param(
            a_copy(copy={"writeDisposition": "WRITE_TRUNCATE"}), "copy", False, id="copy over one"
        ),
    ],
)
def test_a_job_that_made_a_model_tells_who_made_it_and_how(
    job: Any, kind: str, replaced: bool
) -> None:
    found = read_job(job)

    assert isinstance(found, CreatingJob)
    assert (found.model, found.origin.kind, found.origin.replaced) == (CHURN, kind, replaced)
    assert (found.origin.creator, found.origin.labels) == ("ana@example.com", {"team": "ml"})
    assert found.time.ended is not None
    assert (found.time.ended - found.time.begun).total_seconds() == 60


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(a_query("SELECT"), id="another statement"),
        pytest.param(a_query(**FAILED), id="a failed statement"),
        pytest.param(a_copy(**FAILED), id="a failed copy"),
        pytest.param(a_job("copy", {}), id="a copy whose configuration is hidden"),
        pytest.param(a_job("load", {"destinationTable": TABLE}), id="a load"),
        pytest.param(a_copy(copy={"destinationTable": TABLE | {"tableId": "a/b"}}), id="no name"),
        pytest.param(a_query("SCRIPT", query={"query": "SELECT 1; SELECT 2"}), id="a script"),
        pytest.param(
            a_query("SCRIPT", query={"query": "SELECT 1; SELECT * FROM ML.PREDICT(MODEL a.b)"}),
            id="a script that predicts",
        ),
    ],
)
def test_a_job_that_made_no_model_is_another_job(job: Any) -> None:
    assert isinstance(read_job(job), OtherJob)
    assert creating_job(job) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; CREATE OR REPLACE MODEL a.b AS SELECT 1",
        "begin create model a.b as select 1; end",
        "EXECUTE IMMEDIATE text",
        "CALL a.train()",
        None,
    ],
)
def test_a_script_that_may_make_models_is_one_even_if_it_failed_later(sql: str | None) -> None:
    found = read_job(a_query("SCRIPT", query={"query": sql, "destinationTable": None}, **FAILED))

    assert isinstance(found, ScriptJob)
    assert (found.job.job, found.location) == ("job_1", "US")
