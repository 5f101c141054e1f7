"""Routes of jobs."""

from __future__ import annotations

from typing import Any

import flask

from emulator.bigquery.action import Action
from emulator.bigquery.fields import int64
from emulator.bigquery.job_list import JobQuery
from emulator.bigquery.jobs import Jobs
from emulator.bigquery.request import flag, number, page, text
from emulator.bigquery.rest_call import RestCall
from emulator.http_wire import json_body

_ALL = "/projects/<project>/jobs"
_ONE = f"{_ALL}/<job_id>"
# https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults: timeoutMs.
DEFAULT_WAIT_MS = 10_000


def job_routes(jobs: Jobs, call: RestCall) -> flask.Blueprint:
    """The methods of JobService."""
    routes = flask.Blueprint("jobs", __name__)
    _starts(routes, jobs, call)
    _single(routes, jobs, call)

    @routes.get(_ALL)
    def list_jobs(project: str) -> Any:
        def effect(action: Action) -> dict[str, Any]:
            rows, token = jobs.list(_job_query(project, action))
            answer = {"kind": "bigquery#jobList", "jobs": rows}
            return answer | ({"nextPageToken": token} if token else {})

        return call("JobService.ListJobs", f"projects/{project}", effect)

    return routes


def _starts(routes: flask.Blueprint, jobs: Jobs, call: RestCall) -> None:
    @routes.post(_ALL)
    def insert_job(project: str) -> Any:
        body = json_body()
        return call(
            "JobService.InsertJob",
            f"projects/{project}",
            lambda action: jobs.insert(project, body, action.caller),
        )

    @routes.post("/projects/<project>/queries")
    def query(project: str) -> Any:
        body = json_body()
        wait = int64(body.get("timeoutMs", DEFAULT_WAIT_MS), "timeout_ms") / 1000
        return call(
            "JobService.Query",
            f"projects/{project}",
            lambda action: jobs.query(project, body, action.caller, wait),
        )


def _single(routes: flask.Blueprint, jobs: Jobs, call: RestCall) -> None:
    @routes.get(_ONE)
    def get_job(project: str, job_id: str) -> Any:
        where = text("location")
        return call(
            "JobService.GetJob",
            f"projects/{project}/jobs/{job_id}",
            lambda _: jobs.get(project, job_id, where),
        )

    @routes.get("/projects/<project>/queries/<job_id>")
    def get_query_results(project: str, job_id: str) -> Any:
        where, wait = text("location"), number("timeoutMs", DEFAULT_WAIT_MS) / 1000
        return call(
            "JobService.GetQueryResults",
            f"projects/{project}/jobs/{job_id}",
            lambda _: jobs.results(project, job_id, where, wait),
        )

    @routes.post(f"{_ONE}/cancel")
    def cancel_job(project: str, job_id: str) -> Any:
        where = text("location")
        return call(
            "JobService.CancelJob",
            f"projects/{project}/jobs/{job_id}",
            lambda _: jobs.cancel(project, job_id, where),
        )


def _job_query(project: str, action: Action) -> JobQuery:
    limits = {"created_from": "minCreationTime", "created_until": "maxCreationTime"}
    times = {field: number(name, 0) for field, name in limits.items() if text(name)}
    return JobQuery(
        project=project,
        principal=None if flag("allUsers") else action.caller.principal,
        states=frozenset(state.lower() for state in flask.request.args.getlist("stateFilter")),
        parent=text("parentJobId") or "",
        full=(text("projection") or "").lower() == "full",
        page=page(),
        **times,
    )
