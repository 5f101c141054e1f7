"""Names of models and tables in SQL: completed by the scope, and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlglot import exp

from emulator.bigquery.names import ModelName
from emulator.bigquery.sql.statements import DatasetPath, ModelPath
from emulator.errors import invalid

_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z0-9][a-z0-9-]*", re.IGNORECASE)
_DATASET = re.compile(r"[A-Za-z0-9_]{1,1024}")
_VIEWS = "INFORMATION_SCHEMA."


@dataclass
class Scope:
    """What names mean in a script: its default project and dataset, and the temporary tables made so far."""

    project: str
    dataset: str | None
    temporary: set[str] = field(default_factory=set)

    def model(self, name: exp.Expr) -> ModelPath:
        """The full name of a model."""
        path = ModelPath(*self._three("Model", name))
        if _is_dashed(name):
            # https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#path_expressions; assumed: the text.
            raise invalid('Syntax error: Unexpected "-"', "invalidQuery")
        ModelName(path.project, path.dataset, path.model).checked()
        return path

    def table(self, name: exp.Expr) -> str:
        """The full name of a table or view, `p.d.t`."""
        if name.name.startswith(_VIEWS) and not name.args.get("db"):
            return f"{self.project}.{name.name}"
        return ".".join(self._three("Table", name))

    def is_temporary(self, name: exp.Table) -> bool:
        """Whether it is the name of a temporary table, which has no dataset that one could name."""
        return len(name.parts) == 1 and name.name in self.temporary

    def schema(self, name: exp.Expr) -> DatasetPath:
        """The full name of a dataset."""
        parts = _parts(name)
        if len(parts) > 2:
            # assumed: the text.
            raise invalid(f'Invalid dataset name "{".".join(parts)}".', "invalidQuery")
        path = DatasetPath(*(parts if len(parts) == 2 else [self.project, *parts]))
        _check_container(path.project, path.dataset)
        return path

    def _three(self, kind: str, name: exp.Expr) -> tuple[str, str, str]:
        parts = _parts(name)
        if len(parts) == 1 and self.dataset:
            parts = [self.dataset, *parts]
        if len(parts) == 1:
            # Known for tables (reason invalid). assumed: the same for models.
            raise invalid(
                f'{kind} "{parts[0]}" must be qualified with a dataset (e.g. dataset.{kind.lower()}).'
            )
        if len(parts) > 3:
            # assumed: the text.
            raise invalid(f'Invalid {kind.lower()} name "{".".join(parts)}".', "invalidQuery")
        project, dataset, last = parts if len(parts) == 3 else [self.project, *parts]
        _check_container(project, dataset)
        return project, dataset, last


def _parts(name: exp.Expr) -> list[str]:
    nodes = name.parts if isinstance(name, exp.Table) else [name]
    if not all(isinstance(node, exp.Identifier) and node.name for node in nodes):
        raise invalid(
            "Syntax error: Expected the name of a model, table or dataset", "invalidQuery"
        )
    return [node.name for node in nodes]


def _is_dashed(name: exp.Expr) -> bool:
    """Whether the last part has a dash without quotes, which only a project's may have."""
    last = name.parts[-1] if isinstance(name, exp.Table) else name
    return "-" in last.name and not last.args.get("quoted")


def _check_container(project: str, dataset: str) -> None:
    if not _PROJECT.fullmatch(project):
        raise invalid(
            f"Invalid project ID '{project}'. Project IDs must contain 6-63 lowercase letters, digits, or dashes. "
            "Some project IDs also include domain name separated by a colon. "
            "IDs must start with a letter and may not end with a dash."
        )
    if not _DATASET.fullmatch(dataset) and not _is_region(dataset):
        raise invalid(
            f'Invalid dataset ID "{dataset}". Dataset IDs must be alphanumeric (plus underscores) '
            "and must be at most 1024 characters long."
        )


def _is_region(dataset: str) -> bool:
    # `region-us`.INFORMATION_SCHEMA.JOBS: a region stands where other names have their dataset.
    return dataset.lower().startswith("region-")
