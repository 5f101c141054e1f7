"""The course of a job from start to end, with the child jobs of a script."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.execution import Execution, statements_of
from emulator.bigquery.job_resource import end_job, new_job
from emulator.bigquery.model_copies import ModelCopies
from emulator.bigquery.script_steps import Script, Step, single_statement
from emulator.bigquery.sql import Statement
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
            if single := single_statement(statements):
                self._execution.describe(job, single)
            else:
                job["statistics"]["query"] = {"statementType": "SCRIPT"}

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
        if single := single_statement(statements):
            self._execution.run(record, single)
        else:
            self._run_script(record, statements)

    def _run_script(self, parent: JobRecord, statements: list[Statement]) -> None:
        script = Script(parent.resource["configuration"])
        for statement in statements:
            if not (step := script.step(statement)):
                continue
            child = self._child(parent, step)
            parent.resource["statistics"]["numChildJobs"] = str(script.count)
            self.start(child)
            # Not parsed again from its own text: what its names mean may depend on the statements before it.
            if failure := self._do(child, partial(self._execution.run, child, step.statement)):
                raise failure  # assumed: the script's error has the statement's text

    def _child(self, parent: JobRecord, step: Step) -> JobRecord:
        job = new_job(
            {**parent.reference, "jobId": step.job_id},
            step.config,
            parent.caller.principal,
            self._env.clock.now_ms(),
        )
        job["statistics"]["parentJobId"] = parent.reference["jobId"]
        job["statistics"]["scriptStatistics"] = step.statistics
        self._execution.describe(job, step.statement)
        return JobRecord(job, parent.caller, parent.method)
