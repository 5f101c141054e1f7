"""Says what a person can do when a deletion stops: a sentence for events and logs."""

from __future__ import annotations

import msgspec

from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.reasons import Reason


def how_to_request(
    name: ModelName, *, deletes: bool = True, force: bool = False, reason: str = "why"
) -> str:
    """How to publish a deletion request, with the exact message."""
    request = {"model": str(name), "delete": deletes, "force": force, "reason": reason}
    # With spaces, as people write JSON; non-ASCII characters stay readable.
    text = msgspec.json.format(msgspec.json.encode(request), indent=0).decode()
    return f"Publish {text} to the deletion-request topic."


def how_to_override(reason: Reason, name: ModelName, *, deletes: bool) -> str:
    """How to remove what blocks the deletion, or to force it."""
    request = how_to_request(name, deletes=deletes, force=True)
    return f"{reason.meaning} To override it: {request[0].lower()}{request[1:]}"


def how_to_name_the_model(about: DatasetName | JobName) -> str:
    """How to request the deletion of a model that could not be identified."""
    dataset = about.dataset if isinstance(about, DatasetName) else "DATASET"
    name = ModelName(project=about.project, dataset=dataset, model="MODEL")
    words = "the model's name for MODEL"
    if isinstance(about, JobName):
        words = "the model's dataset and name for DATASET and MODEL"
    return f"{how_to_request(name)} Write {words}."
