from __future__ import annotations

import json

import pytest

from bqml_registrar.delivery.log import trace_field, write

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_a_line_is_one_json_object_without_its_empty_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("INFO", "two\nlines", model="m", rule="", announced=(), counts={}, cause=None, models=0)

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "severity": "INFO",
        "message": "two\nlines",
        "model": "m",
        "models": 0,
    }


def test_a_line_of_a_traced_request_names_its_trace() -> None:
    field = trace_field(f"00-{TRACE}-b7ad6b7169203331-01", "analytics-dev")

    assert field == {
        "logging.googleapis.com/trace": f"projects/analytics-dev/traces/{TRACE}",
    }


@pytest.mark.parametrize(
    "traceparent", ["", "00", f"00-{TRACE}", f"00-{TRACE[1:]}-b7ad6b7169203331-01"]
)
def test_what_is_no_traceparent_names_no_trace(traceparent: str) -> None:
    assert trace_field(traceparent, "analytics-dev") == {}
