"""The digest of a listed model, to detect changes since the last look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.resources.listings import ListedModel

_LENGTH = 12


def model_digest(model: ListedModel, dataset_labels: Mapping[str, str]) -> str:
    """The digest of what a list shows and a decision needs: generation, and labels except ours."""
    labels = {key: value for key, value in model.labels.items() if not key.startswith(OWNER)}
    created = int(model.created.timestamp() * 1000)
    return _digest(
        [str(model.name), created, sorted(labels.items()), sorted(dataset_labels.items())]
    )


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:_LENGTH]
