"""Settings that only the sweep has."""

from __future__ import annotations

from msgspec import Struct


class SweepSettings(Struct, frozen=True, kw_only=True):
    """What only the sweep needs: its projects, its topic, and how long an event may be on its way."""

    projects: tuple[str, ...]
    topic: str
    settle_seconds: int = 300
