"""The filter of datasets.list: which labels a dataset has to have."""

from __future__ import annotations

from emulator.bigquery.state import Resource
from emulator.errors import invalid


def labels_of(label_filter: str) -> dict[str, str]:
    """`labels.a:1 labels.b` -> {"a": "1", "b": ""}; all of them have to be there."""
    wanted = {}
    for term in label_filter.split():
        if not term.startswith("labels."):
            raise invalid(f"Invalid value for filter: {label_filter}")
        key, _, value = term.removeprefix("labels.").partition(":")
        wanted[key] = value
    return wanted


def has_labels(dataset: Resource, wanted: dict[str, str]) -> bool:
    """Whether a dataset has them; "" stands for any value."""
    labels = dataset.get("labels", {})
    return all(key in labels and value in ("", labels[key]) for key, value in wanted.items())
