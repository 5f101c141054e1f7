"""The course of a job from start to end, with the child jobs of a script."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.execution import Execution, statements_of
from emulator.bigquery.job_resource import end_job, new_job
from emulator.bigquery.model_copies import ModelCopies
from emulator.bigquery.sql import SetQueryLabel, Statement
from emulator.bigquery.state import JobRecord, Resource, State
from emulator.cloud import Environment
from emulator.errors import ServiceError


class JobRuns:
    """Starts, runs and ends jobs."""

    def __init__(
        self, env: Environment, state: State, execution: Execution, copies: ModelCopies
    ) -> None:
        self._env = env
        self._state = state
        self._execution = execution
        self._copies = copies
        self._trail: AuditTrail = execution.statements.trail

    def describe(self, job: Resource) -> None:
        """Tell in a new job what it will do; ServiceError if its text does not parse."""
        if "query" in job["configuration"]:
            statements = statements_of(job)
            if _is_script(statements):
                job["statistics"]["query"] = {"statementType": "SCRIPT"}
            else:
                self._execution.describe(job, statements[0])

    def location(self, job: Resource) -> str:
        """Where a job runs that names no location."""
        config = job["configuration"]
        if "copy" in config:
            return self._copies.location(config["copy"])
        try:
            return self._execution.location(statements_of(job))
        except ServiceError:  # told by the run of the job
            return "US"

    def start(self, record: JobRecord) -> None:
        """Store a job and record its start."""
        self._state.put_job(record)
        self._trail.job_started(record)

    def run(self, record: JobRecord) -> ServiceError | None:
        """Do what a job asks for, end it, and give the error that it met."""
        return self._do(record, partial(self._work, record))

    def _do(self, record: JobRecord, work: Callable[[], None]) -> ServiceError | None:
        failure = None
        try:
            work()
        except ServiceError as error:
            failure = error
        self.end(record, failure)
        return failure

    def end(self, record: JobRecord, failure: ServiceError | None = None) -> None:
        """Record a job's end."""
        end_job(record.resource, self._env.clock.now_ms(), failure)
        self._trail.job_ended(record)

    def _work(self, record: JobRecord) -> None:
        if "copy" in record.resource["configuration"]:
            self._copies.run(record)
            return
        statements = statements_of(record.resource)
        if _is_script(statements):
            self._run_script(record, statements)
        else:
            self._execution.run(record, statements[0])

    def _run_script(self, parent: JobRecord, statements: list[Statement]) -> None:
        labels: dict[str, str] = {}
        batch, count = uuid.uuid4().hex, 0
        for statement in statements:
            if isinstance(statement, SetQueryLabel):
                labels = dict(statement.labels)
                continue
            child = self._child(parent, statement, f"script_job_{batch}_{count}", labels)
            count += 1
            parent.resource["statistics"]["numChildJobs"] = str(count)
            self.start(child)
            # Not parsed again from its own text: what its names mean may depend on the statements before it.
            if failure := self._do(child, partial(self._execution.run, child, statement)):
                raise failure  # assumed: the script's error has the statement's text

    def _child(
        self, parent: JobRecord, statement: Statement, job_id: str, labels: dict[str, str]
    ) -> JobRecord:
        config = parent.resource["configuration"]
        merged = {**config.get("labels", {}), **labels}
        query = {**config["query"], "query": statement.text}
        child_config = {"jobType": "QUERY", "query": query} | ({"labels": merged} if merged else {})
        job = new_job(
            {**parent.reference, "jobId": job_id},
            child_config,
            parent.caller.principal,
            self._env.clock.now_ms(),
        )
        frame = {"startLine": 1, "startColumn": 1, "text": statement.text}
        job["statistics"]["parentJobId"] = parent.reference["jobId"]
        job["statistics"]["scriptStatistics"] = {
            "evaluationKind": "STATEMENT",
            "stackFrames": [frame],
        }
        self._execution.describe(job, statement)
        return JobRecord(job, parent.caller, parent.method)


def _is_script(statements: list[Statement]) -> bool:
    return len(statements) != 1 or isinstance(statements[0], SetQueryLabel)
