"""The steps of a script, each of which is a child job.

https://cloud.google.com/bigquery/docs/multi-statement-queries
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from emulator.bigquery.sql import Other, Query, SetQueryLabel, Statement, Steering


@dataclass(frozen=True)
class Step:
    """What is known of a child job before it runs."""

    statement: Statement
    job_id: str
    config: dict[str, Any]
    statistics: dict[str, Any]


class Script:
    """Goes through the statements of a script in their order."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._batch = uuid.uuid4().hex
        self._labels: dict[str, str] = {}
        self._offset = 0
        self.count = 0

    def step(self, statement: Statement) -> Step | None:
        """The child job of the next statement, unless it only steers the script."""
        self._offset = max(self._offset, self._text.find(statement.text, self._offset))
        if isinstance(statement, SetQueryLabel):
            self._labels = dict(statement.labels)
        run = _run_by_a_job(statement)
        if not run:
            return None
        self.count += 1
        kind = "STATEMENT" if run is statement else "EXPRESSION"
        statistics = {"evaluationKind": kind, "stackFrames": [self._frame(statement.text)]}
        job_id = f"script_job_{self._batch}_{self.count - 1}"
        return Step(run, job_id, self._child_config(statement.text), statistics)

    @property
    def _text(self) -> str:
        return str(self._config["query"]["query"])

    def _child_config(self, text: str) -> dict[str, Any]:
        query = {**self._config["query"], "query": text}
        labels = {**self._config.get("labels", {}), **self._labels}
        return {"jobType": "QUERY", "query": query} | ({"labels": labels} if labels else {})

    def _frame(self, text: str) -> dict[str, Any]:
        """A ScriptStackFrame: where in the script the text stands, counted from one."""
        start, end = self._place(self._offset), self._place(self._offset + len(text))
        lines = {"startLine": start[0], "startColumn": start[1]}
        return {**lines, "endLine": end[0], "endColumn": end[1], "text": text}

    def _place(self, offset: int) -> tuple[int, int]:
        before = self._text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def single_statement(statements: list[Statement]) -> Statement | None:
    """The statement of a query that is no script: one alone, or a SELECT after temporary functions."""
    *others, last = statements
    if isinstance(last, (SetQueryLabel, Steering)):
        return None
    defines = all(_is_temporary_function(statement) for statement in others)
    return last if not others or (defines and isinstance(last, Query)) else None


def _is_temporary_function(statement: Statement) -> bool:
    is_function = statement.statement_type == "CREATE_FUNCTION"
    return is_function and isinstance(statement, Other) and statement.temporary


def _run_by_a_job(statement: Statement) -> Statement | None:
    if isinstance(statement, SetQueryLabel):
        return None
    return statement.query if isinstance(statement, Steering) else statement
