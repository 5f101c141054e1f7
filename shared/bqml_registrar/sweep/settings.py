"""Settings that only the sweep has."""

from __future__ import annotations

from msgspec import Struct


class SweepSettings(Struct, frozen=True, kw_only=True):
    """What only the sweep needs: its projects and its topic.

    `settle_seconds` is how long an event may be on its way, `origin_days` how old a model may be
    whose creating job is searched for.
    """

    projects: tuple[str, ...]
    topic: str
    settle_seconds: int = 300
    origin_days: int = 7
