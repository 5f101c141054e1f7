"""What a sweep of a dataset found, in numbers."""

from __future__ import annotations

from msgspec import Struct


class Counts(Struct, frozen=True, kw_only=True):
    """Numbers of models, but for `orphans`, which are versions; shared/payloads.py says of what."""

    models: int = 0
    skipped: int = 0
    unchanged: int = 0
    in_order: int = 0
    settled: int = 0
    missed: int = 0
    recent: int = 0
    retirements: int = 0
    expirations: int = 0
    orphans: int = 0
    failed: int = 0
