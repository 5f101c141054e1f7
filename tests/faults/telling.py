"""What events tell, in words that are the same in every run: ids of changes are random."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.faults.product import Message

# Of each section what says which change it was; revisions and keys differ from run to run.
_TOLD = {
    "model": ("generation",),
    "version": ("version_id",),
    "alias": ("name",),
    "gone": ("name", "generation", "aliases"),
    "deletion": ("intent", "deletes", "due"),
    "deployment": ("endpoint", "deployed_model_id", "deployed_at"),
    "sweep": ("id",),
    "drift": ("version",),
}


def told_once_each(messages: Iterable[Message]) -> dict[str, Any]:
    """What was told, each time that it happened: one for each id.

    Two ids that tell of the same change make two of it, which no undisturbed run has.
    """
    ids: dict[str, set[str]] = {}
    for message in messages:
        ids.setdefault(_change(message), set()).add(message.attributes["ce-id"])
    return {
        f"{change} ({number})": True
        for change, known in ids.items()
        for number in range(1, len(known) + 1)
    }


def _change(message: Message) -> str:
    attributes, data = message.attributes, json.loads(message.data)
    kind = attributes["ce-type"].removeprefix("bqml.registrar.")
    about = [str(data.get(s, {}).get(f, "")) for s, fields in _TOLD.items() for f in fields]
    told = [attributes.get("ce-subject", ""), attributes.get("ce-reason", ""), *about]
    return " ".join([kind, *(text for text in told if text)])
