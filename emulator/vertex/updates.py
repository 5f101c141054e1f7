"""UpdateModel: which fields belong to a model and which to a version, labels to both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.errors import ServiceError, failed_precondition, invalid
from emulator.vertex.labels import check_labels
from emulator.vertex.state import RegisteredModel, Version
from emulator.vertex.view import View

MODEL_FIELDS = frozenset({"display_name", "description", "labels"})
VERSION_FIELDS = frozenset({"version_description", "labels"})


def check_paths(paths: Sequence[str], *, of_version: bool) -> None:
    """Refuse an update mask that the name does not fit (UpdateModelRequest.model)."""
    if not paths:
        raise invalid("update_mask is required.")  # assumed: the texts here
    if unknown := sorted(set(paths) - MODEL_FIELDS - VERSION_FIELDS):
        raise invalid(f"update_mask has fields that cannot be updated: {', '.join(unknown)}.")
    if misplaced := sorted(set(paths) - (VERSION_FIELDS if of_version else MODEL_FIELDS)):
        kind = "model version" if of_version else "model"
        raise failed_precondition(
            f"The name is that of a {kind}, which has no {', '.join(misplaced)} to update."
        )


def check_display_name(text: str) -> None:
    """1 to 128 characters (Model.display_name)."""
    if not 1 <= len(text) <= 128:
        raise invalid("display_name must have 1 to 128 characters.")  # assumed: the text


def check_etag(etag: str, view: View, status: str) -> None:
    """A given etag must be the current one; none means a blind overwrite (Model.etag).

    assumed: for an update of the model, that of any of its versions will do. Google's SDK sends
    the etag of the version that it read (aiplatform.Model.update).
    """
    versions = [view.version] if view.versioned else view.model.published()
    current = (View(view.model, version, True).etag for version in versions)
    refuse_stale("Model", etag, [view.etag, *current], status)


def refuse_stale(kind: str, etag: str, current: Sequence[str], status: str) -> None:
    """Refuse a given etag that is none of the current ones, of which the first is the server's."""
    if etag and etag not in current:
        # assumed: worded as by Vertex ML Metadata (googleapis/python-aiplatform#1674).
        raise ServiceError(
            status,
            f"Specified {kind} `etag`: `{etag}` does not match server `etag`: `{current[0]}`",
            "aborted",
        )


def apply_update(
    target: RegisteredModel | Version, message: Any, paths: Sequence[str], now: float
) -> None:
    """Set the fields that the mask names; `labels` replaces the target's own labels as a whole."""
    changes = {path: getattr(message, path) for path in paths}
    if "labels" in changes:
        changes["labels"] = dict(changes["labels"])
        check_labels(changes["labels"])
    check_display_name(changes.get("display_name", "-"))
    if isinstance(target, Version):
        changes = {path.removeprefix("version_"): value for path, value in changes.items()}
    for field, value in changes.items():
        setattr(target, field, value)
    target.touch(now)
