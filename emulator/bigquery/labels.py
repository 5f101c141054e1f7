"""Labels of datasets, models and jobs: what may be set, and how a patch merges them."""

from __future__ import annotations

import unicodedata
from typing import Any

from emulator.errors import invalid

MAX_LABELS = 64
MAX_LENGTH = 63


def check_labels(labels: Any) -> dict[str, str | None]:
    """The labels of a request body, if they meet the rules; a null value deletes a key.

    https://cloud.google.com/bigquery/docs/labels-intro#requirements
    """
    if not isinstance(labels, dict):
        raise invalid(f"Invalid value for labels: {labels!r} is not an object.")
    for key, value in labels.items():
        if not _is_key(key):
            raise invalid(f'Invalid label key "{key}".')  # assumed: the text
        if value is not None and not (isinstance(value, str) and _is_value(value)):
            raise invalid(f'Invalid value "{value}" of label "{key}".')  # assumed: the text
    return labels


def option_labels(value: Any) -> dict[str, str]:
    """The labels of an OPTIONS(labels=[("k", "v")]) list."""
    pairs = value or ()
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise invalid("Option labels must be an array of (key, value) pairs.", "invalidQuery")
    return {key: str(text) for key, text in check_labels(dict(pairs)).items()}


def merged(old: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    """The labels after a patch."""
    new = {key: value for key, value in {**old, **changes}.items() if value is not None}
    if len(new) > MAX_LABELS:
        raise invalid(f"A resource has at most {MAX_LABELS} labels.")  # assumed: the text
    return new


def _is_value(text: str) -> bool:
    return len(text) <= MAX_LENGTH and all(
        _is_letter(c) or c.isdecimal() or c in "_-" for c in text
    )


def _is_key(text: str) -> bool:
    return bool(text) and _is_value(text) and _is_letter(text[0])


def _is_letter(character: str) -> bool:
    return unicodedata.category(character) in ("Ll", "Lo")
