"""What terraform/monitoring.tf and dashboard.tf say: what is counted and charted, and who is told of it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hcl2
from msgspec import Struct

from emulator.audit.query import compile_filter

TERRAFORM = Path(__file__).parents[2] / "terraform"
_ALL_NAMES = '${join(" OR ", [for f in local.functions : jsonencode(f.name)])}'
# Fields that Cloud Logging takes out of a line: https://cloud.google.com/logging/docs/structured-logging
_SPECIAL = {"severity", "logging.googleapis.com/trace"}


class Alert(Struct, frozen=True, kw_only=True):
    """One alert. `metric` is one of ours, whose lines it reads, or of Pub/Sub's for a subscription."""

    title: str
    severity: str
    metric: str
    shown: tuple[str, ...] = ()
    above: int = 0


def function_names() -> dict[str, str]:
    """The deployed name of each function."""
    return {key: _text(value["name"]) for key, value in _of("functions.tf", "functions").items()}


def metric_filters() -> dict[str, str]:
    """The filter of each log-based metric, as Cloud Logging gets it."""
    raw = _all("monitoring.tf")["function_lines"].strip('"')
    lines = textwrap.dedent("\n".join(raw.splitlines()[1:-1])) + "\n"
    names = function_names()
    quoted = " OR ".join(json.dumps(names[key]) for key in sorted(names))
    filters = {}
    for name, metric in _of("monitoring.tf", "log_metrics").items():
        text = (lines + _text(metric["filter"])).replace(_ALL_NAMES, quoted)
        for key, deployed in names.items():
            text = text.replace(f"${{local.functions.{key}.name}}", deployed)
        assert "${" not in text, f"{name} has an expression that this reader does not know: {text}"
        filters[name] = text
    return filters


def metrics() -> dict[str, Callable[[Mapping[str, Any]], bool]]:
    """The test of log entries that each log-based metric is, by the local cloud's query engine."""
    return {name: compile_filter(text) for name, text in metric_filters().items()}


def alerts() -> dict[str, Alert]:
    """By the anchor of their section in the runbook."""
    return {anchor: _alert(found) for anchor, found in _of("monitoring.tf", "alerts").items()}


def charted() -> set[str]:
    """The types of the metrics on the dashboard."""
    types = {_text(chart["metric"]) for chart in _all("dashboard.tf")["charts"]}
    ours = r'\$\{google_logging_metric\.lines\["([\w-]+)"\]\.name\}'
    return {re.sub(ours, r"\1", type_) for type_ in types}


def entry(function: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """The log entry that a function's line becomes, as Cloud Run's service writes it."""
    return {
        "logName": "projects/analytics-dev/logs/run.googleapis.com%2Fstdout",
        "severity": line.get("severity", "DEFAULT"),
        "resource": {
            "type": "cloud_run_revision",
            "labels": {"service_name": function_names()[function], "location": "us-central1"},
        },
        "jsonPayload": {key: value for key, value in line.items() if key not in _SPECIAL},
    }


def _alert(found: Mapping[str, Any]) -> Alert:
    backlog, lines = found["backlog"], found["lines"]
    assert (backlog is None) != (lines is None), found["title"]
    told = {"title": _text(found["title"]), "severity": _text(found["severity"])}
    if lines:
        shown = tuple(map(_text, lines["shown"]))
        return Alert(metric=_text(lines["metric"]), shown=shown, **told)
    metric = f"pubsub.googleapis.com/subscription/{_text(backlog['metric'])}"
    return Alert(metric=metric, above=backlog["above"], **told)


def _of(file: str, name: str) -> dict[str, Any]:
    return {key: value for key, value in _all(file)[name].items() if not key.startswith("__")}


def _all(file: str) -> dict[str, Any]:
    """The locals of a file."""
    found: dict[str, Any] = {}
    for block in hcl2.loads((TERRAFORM / file).read_text()).get("locals", ()):
        found |= block
    return found


def _text(quoted: str) -> str:
    """A string, which hcl2 leaves in its quotation marks, with what is escaped in it."""
    if not re.search(r'"\]', quoted):
        return str(json.loads(quoted))
    return quoted.strip('"')  # an expression with a quoted key in it
