"""What of the samples in tests/events must come in at a filter: those of models, which were built here.

INDEX.md says of which kind each is: "No captured entry about a model is public."
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

from tests.terraform.filter_happenings import Entry, Happening

EVENTS = Path(__file__).parents[1] / "events"
# All that is derived, the parts of an entry under one name.
CHANGES = {
    "derived_cloudevent_model_creation",
    "derived_job_split",
    "derived_job_truncated",
    "derived_job_truncated_destination",
    "derived_model_split",
    "derived_model_truncated",
}
_ROW = re.compile(r"^\| (\w+)\.json \| (\w+) \|", re.MULTILINE)
_PART = re.compile(r"_(first|second|third)$")


def derived() -> set[str]:
    """The names of those that INDEX.md says were built here."""
    return {_PART.sub("", name) for name, kind in _kinds().items() if kind == "derived"}


def unlisted() -> set[str]:
    """The files that INDEX.md does not have, and those that it has and that are not there."""
    return _kinds().keys() ^ {path.stem for path in EVENTS.glob("*.json")}


def samples() -> list[Happening]:
    """All of them, with their marks."""
    groups = groupby(sorted(_kinds()), lambda name: _PART.sub("", name))
    return [
        Happening(
            story=f"sample {name}",
            event="sample",
            parts=[_entry(part) for part in parts],
            mark="+" if name in CHANGES else "",
        )
        for name, parts in groups
    ]


def _kinds() -> dict[str, str]:
    return dict(_ROW.findall((EVENTS / "INDEX.md").read_text()))


def _entry(name: str) -> Entry:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    return dict(event["data"] if "specversion" in event else event)
