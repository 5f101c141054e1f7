"""Log lines as Cloud Logging reads them: one JSON object a line on stdout.

Source: https://cloud.google.com/logging/docs/structured-logging
"""

from __future__ import annotations

import sys

import msgspec


def write(severity: str, message: str, **fields: object) -> None:
    """One line; empty fields are left out."""
    given = {name: value for name, value in fields.items() if value not in ("", None, (), {})}
    line = msgspec.json.encode({"severity": severity, "message": message, **given})
    # One write a line, so that the lines of concurrent requests do not mix.
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()


def trace_field(traceparent: str, project: str) -> dict[str, str]:
    """The field that ties a line to its request's trace; none without a W3C traceparent."""
    parts = traceparent.split("-")
    if len(parts) != 4 or len(parts[1]) != 32:
        return {}
    return {"logging.googleapis.com/trace": f"projects/{project}/traces/{parts[1]}"}
