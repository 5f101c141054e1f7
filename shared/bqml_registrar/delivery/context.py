"""What is the same for every delivery of a function instance."""

from __future__ import annotations

from msgspec import Struct, field

from bqml_registrar.delivery.claims import Claims
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.in_flight import InFlight
from bqml_registrar.delivery.recently_published import RecentlyPublished
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.ports import Ports


class Context(Struct, frozen=True, kw_only=True):
    """Policy, ports, and where events go.

    `delivery_seconds` is how long one delivery may work, `workers` how many endpoints it works on at
    the same time.
    """

    policy: LabelPolicy
    ports: Ports
    announcer: Announcer
    events_topic: str
    deletion_topic: str = ""
    dry_run: bool = False
    ignore_echo: bool = True
    delivery_seconds: int = 480
    workers: int = 32
    recently_published: RecentlyPublished = field(default_factory=RecentlyPublished)
    in_flight: InFlight = field(default_factory=InFlight)
    claims: Claims = field(default_factory=Claims)
