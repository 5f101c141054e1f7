"""What a sweep of a dataset found, in numbers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

_Count = Annotated[int, Meta(ge=0, le=10**9)]


class Counts(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Numbers of models (`orphans`: of versions); events/payloads.py describes each of them."""

    models: _Count = 0
    skipped: _Count = 0
    unchanged: _Count = 0
    in_order: _Count = 0
    settled: _Count = 0
    missed: _Count = 0
    recent: _Count = 0
    retirements: _Count = 0
    expirations: _Count = 0
    orphans: _Count = 0
    failed: _Count = 0
    unreadable: _Count = 0
    origin_unknown: _Count = 0

    def plus(self, other: Counts) -> Counts:
        """The sums of both."""
        mine, others = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + others[name] for name in mine})
