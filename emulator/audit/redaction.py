"""What an entry does not tell about somebody else's organization.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs#ids: the project that a job was
billed to is redacted in the data's log unless both belong to one organization.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

Entry = dict[str, Any]


def redacted(entry: Entry, foreign: Collection[str]) -> Entry:
    """The entry without the name of a job from beyond its organization.

    `foreign` are the projects of the other organization. # assumed: the field is left out.
    """
    metadata = entry.get("protoPayload", {}).get("metadata")
    if not foreign or not metadata:
        return entry
    here = _project(str(entry.get("logName", ""))) in foreign
    shown = {name: _without_job(event, here, foreign) for name, event in metadata.items()}
    return entry | {"protoPayload": entry["protoPayload"] | {"metadata": shown}}


def _without_job(event: Any, here: bool, foreign: Collection[str]) -> Any:
    if not isinstance(event, dict) or "jobName" not in event:
        return event
    if (_project(event["jobName"]) in foreign) == here:
        return event
    return {name: value for name, value in event.items() if name != "jobName"}


def _project(name: str) -> str:
    """`projects/P/jobs/J` -> `P`."""
    return name.removeprefix("projects/").partition("/")[0]
