"""Jobs: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs."""

from __future__ import annotations

import threading
from typing import Any

from emulator.bigquery.action import INSERT_JOB, QUERY
from emulator.bigquery.job_config import insert_config, request_config
from emulator.bigquery.job_list import JobQuery, newest_first
from emulator.bigquery.job_resource import (
    end_job,
    job_id_or_new,
    job_row,
    job_view,
    new_job,
    results,
)
from emulator.bigquery.job_runs import JobRuns
from emulator.bigquery.paging import paged
from emulator.bigquery.state import JobRecord, Resource, State, job_key
from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.errors import ServiceError, already_exists, not_found

MAX_WAIT_SECONDS = 30.0


class Jobs:
    """The methods of JobService."""

    def __init__(self, env: Environment, state: State, runs: JobRuns) -> None:
        self._env = env
        self._state = state
        self._runs = runs
        self._ended = threading.Condition(env.lock)

    def insert(self, project: str, body: dict[str, Any], caller: Caller) -> Resource:
        """Start a job."""
        with self._env.lock:
            config = insert_config(body.get("configuration"))
            reference = {**body.get("jobReference", {}), "projectId": project}
            return job_view(self._start(reference, config, caller, INSERT_JOB).resource)

    def query(self, project: str, body: dict[str, Any], caller: Caller, wait: float) -> Resource:
        """Start a query and wait for it; the same requestId is the same query."""
        with self._env.lock:
            request_id = str(body.get("requestId", ""))
            record = self._state.requests.get((project, caller.principal, request_id))
            if not record:
                reference = {"projectId": project, "location": body.get("location")}
                record = self._start(reference, request_config(body), caller, QUERY, request_id)
            self._wait(record, wait)
            return results(record, "bigquery#queryResponse")

    def get(self, project: str, job_id: str, location: str | None) -> Resource:
        """One job."""
        with self._env.lock:
            return job_view(self._find(project, job_id, location).resource)

    def results(self, project: str, job_id: str, location: str | None, wait: float) -> Resource:
        """The result of a query, waited for."""
        with self._env.lock:
            record = self._find(project, job_id, location)
            self._wait(record, wait)
            return results(record, "bigquery#getQueryResultsResponse")

    def list(self, wanted: JobQuery) -> tuple[list[Resource], str]:
        """A page of jobs, newest first."""
        with self._env.lock:
            found = [record for record in self._state.jobs.values() if wanted.takes(record)]
            shown, token = paged(found, newest_first, wanted.page)
            return [job_row(record.resource, full=wanted.full) for record in shown], token

    def cancel(self, project: str, job_id: str, location: str | None) -> Resource:
        """Stop a job that still runs; a job that has ended stays as it is."""
        with self._env.lock:
            record = self._find(project, job_id, location)
            if record.running:
                text = "Job execution was cancelled: User requested cancellation"
                self._runs.end(record, ServiceError("CANCELLED", text, "stopped"))
                self._ended.notify_all()
            return {"kind": "bigquery#jobCancelResponse", "job": job_view(record.resource)}

    def resume(self) -> None:
        """Let the running jobs of a loaded state go on."""
        for record in list(self._state.jobs.values()):
            if record.running:
                self._schedule(record)

    def _start(
        self,
        reference: dict[str, Any],
        config: dict[str, Any],
        caller: Caller,
        method: str,
        request_id: str = "",
    ) -> JobRecord:
        job = self._new(reference, config, caller)
        record = JobRecord(job, caller, method, request_id)
        if config.get("dryRun"):
            self._runs.describe(job)
            end_job(job, self._env.clock.now_ms())
            return record
        if record.key in self._state.jobs:
            raise already_exists(f"Already Exists: Job {job['id']}")
        try:
            self._runs.describe(job)
        except ServiceError as error:  # a text that does not parse: the job fails, not the call
            self._runs.start(record)
            self._runs.end(record, error)
            return record
        self._runs.start(record)
        self._schedule(record)
        return record

    def _new(self, reference: dict[str, Any], config: dict[str, Any], caller: Caller) -> Resource:
        known = {
            "projectId": reference["projectId"],
            "jobId": job_id_or_new(reference.get("jobId")),
            "location": "",
        }
        job = new_job(known, config, caller.principal, self._env.clock.now_ms())
        where = reference.get("location") or self._runs.location(job)
        known["location"] = where.upper() if where.upper() in ("US", "EU") else where.lower()
        job["id"] = f"{known['projectId']}:{known['location']}.{known['jobId']}"
        return job

    def _schedule(self, record: JobRecord) -> None:
        def run() -> None:
            with self._env.lock:
                if record.running and self._state.jobs.get(record.key) is record:
                    self._runs.run(record)
                    self._ended.notify_all()

        latency = self._env.settings.job_latency
        self._env.clock.call_later(latency, run, f"job {record.reference['jobId']}")

    def _find(self, project: str, job_id: str, location: str | None) -> JobRecord:
        """A job; without a location only those of the two multi-regions are found."""
        for where in [location] if location else ["US", "EU"]:
            key = job_key({"projectId": project, "location": where, "jobId": job_id})
            if key in self._state.jobs:
                return self._state.jobs[key]
        raise not_found(f"Not found: Job {project}:{location + '.' if location else ''}{job_id}")

    def _wait(self, record: JobRecord, seconds: float) -> None:
        until = self._env.clock.time() + min(seconds, MAX_WAIT_SECONDS)
        while record.running and self._env.clock.time() < until:
            self._env.clock.wait(self._ended, until)
