"""The document of one dataset: when it was last swept to its end, and under which policy."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from bqml_registrar.bookkeeping.model_document import SCHEMA
from bqml_registrar.names import DatasetName


class DatasetDocument(Struct, frozen=True, kw_only=True):
    """What the last complete sweep has seen: all that was there then, under this policy.

    `swept_at` is when it began, less the time for which it left models to their events. `labels` is a
    digest of the dataset's labels.
    """

    name: DatasetName
    swept_at: datetime
    policy: str
    labels: str = ""
    schema: int = SCHEMA

    def has_seen(self, changed: datetime, policy: str, labels: Mapping[str, str]) -> bool:
        """Whether that sweep, under policy and labels as now, must have seen what was so then."""
        is_same = self.policy == policy and self.labels == labels_digest(labels)
        return is_same and changed < self.swept_at


def labels_digest(labels: Mapping[str, str]) -> str:
    """A digest of a dataset's labels."""
    return hashlib.sha256(msgspec.json.encode(sorted(labels.items()))).hexdigest()[:12]
