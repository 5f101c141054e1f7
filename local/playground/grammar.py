"""What commands of the playground ask for, as steps that somebody takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from local.cloud.topics import DELETION_TOPIC, PROJECT, RECONCILE_TOPIC
from local.people.steps import Alias, Deploy, Labels, PersonStep, Publish

USAGES = {
    "label": "label DATASET.MODEL key=value ... key- takes one away",
    "alias": "alias ID@NUMBER NAME",
    "deploy": "deploy ID@NUMBER ENDPOINT, and a share of its traffic from 1 to 100 if not all",
    "request": "request DATASET.MODEL, and force if protections shall not hold",
    "sweep": "sweep",
}


def step_of(command: str, words: Sequence[str]) -> PersonStep | None:
    """The step that a command of `USAGES` means; None if it is written otherwise."""
    match command, *words:
        case "label", model, *pairs if model.count(".") == 1:
            labels = _changes(pairs)
            return Labels(model, labels) if labels and len(labels) == len(pairs) else None
        case "alias", version, alias if "@" in version:
            return Alias(version, alias)
        case "deploy", version, endpoint, *share if "@" in version:
            return _deployment(version, endpoint, share)
        case "request", model, *force if model.count(".") == 1:
            return _request(model, force)
        case ("sweep",):
            return Publish(RECONCILE_TOPIC, {})
    return None


def _deployment(version: str, endpoint: str, share: Sequence[str]) -> Deploy | None:
    match share:
        case []:
            return Deploy(version, endpoint)
        case [text] if text.isascii() and text.isdigit() and 1 <= int(text) <= 100:
            return Deploy(version, endpoint, int(text))
    return None


def _request(name: str, force: Sequence[str]) -> Publish | None:
    dataset, model = name.split(".")
    full = f"projects/{PROJECT}/datasets/{dataset}/models/{model}"
    match force:
        case []:
            return Publish(DELETION_TOPIC, {"model": full})
        case ["force"]:
            return Publish(DELETION_TOPIC, {"model": full, "force": True})
    return None


def _changes(pairs: Iterable[str]) -> dict[str, str | None]:
    """Labels to set, as `key=value`, and to take away, as `key-`."""
    changes: dict[str, str | None] = {}
    for pair in pairs:
        key, is_set, value = pair.partition("=")
        if is_set:
            changes[key] = value
        elif key.endswith("-"):
            changes[key.removesuffix("-")] = None
    return changes
