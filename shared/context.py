"""What is the same for every delivery of a function instance."""

from __future__ import annotations

from dataclasses import dataclass

from shared.cloud_events import Announcer
from shared.policy import LabelPolicy
from shared.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Policy, ports and where events go."""

    policy: LabelPolicy
    ports: Ports
    announcer: Announcer
    events_topic: str
    dry_run: bool = False
