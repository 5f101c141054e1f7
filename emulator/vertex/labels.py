"""Rules for labels on models and versions."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.errors import invalid

MAX_LABELS = 64
MAX_LENGTH = 64
RESERVED = ("goog-", "vertex-ai-")


def check_labels(labels: Mapping[str, str]) -> None:
    """At most 64, of lower-case letters (of any script), digits, `_` and `-` (Model.labels)."""
    if len(labels) > MAX_LABELS:
        # assumed: counted on the model or the version alone, not on both merged; the texts.
        raise invalid(f"There are {len(labels)} labels; at most {MAX_LABELS} are allowed.")
    for key, value in labels.items():
        if not key or not _fits(key):
            raise invalid(f"Invalid label key {key!r}.")
        if not _fits(value):
            raise invalid(f"Invalid value {value!r} of label {key!r}.")
        if key.startswith(RESERVED):
            raise invalid(f"Label key {key!r} begins with a reserved prefix.")


def _fits(text: str) -> bool:
    return len(text) <= MAX_LENGTH and all(_allowed(letter) for letter in text)


def _allowed(letter: str) -> bool:
    return letter in "_-" or (letter.isalnum() and letter == letter.lower())
