"""What the functions and the local cloud are set to: a policy, an environment, and no latency."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

AT_ONCE = dict.fromkeys(
    (
        "job_latency",
        "export_latency",
        "registration_latency",
        "version_latency",
        "operation_latency",
        "deploy_latency",
        "undeploy_latency",
        "undeploy_visible_latency",
        "delete_refused_after_undeploy",
    ),
    0.0,
)


def policy(**cleanup: Any) -> dict[str, Any]:
    """A policy of one rule with these clean-up rules, as the document has it."""
    rule = {
        "name": "production-models",
        "match": {"dataset": "prod_*", "labels": {"vertex": "register"}},
        "register": {"id": "{dataset}-{model}", "aliases": ["{labels.stage}"]},
        "cleanup": cleanup or {"on_refused_delete": "notify"},
    }
    return {"version": 1, "label_sources": ["model", "dataset"], "rules": [rule]}


def set_up(
    monkeypatch: pytest.MonkeyPatch, file: Path, document: Mapping[str, Any], **settings: str
) -> None:
    """The environment of the functions, until they are made."""
    file.write_text(json.dumps(document))  # JSON is YAML
    values = {
        "GOOGLE_CLOUD_PROJECT": "analytics-dev",
        "EVENTS_TOPIC": "events",
        "DEAD_LETTER_TOPIC": "dead-letters",
        "POLICY_FILE": str(file),
        "SWEEP_SETTLE_SECONDS": "0",
        **settings,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
