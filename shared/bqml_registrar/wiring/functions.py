"""The composition root: the only place that chooses real objects.

No Google library is imported before a port is first asked for: an event that is ignored pays for no
client.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bqml_registrar.delivery import log
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.entrypoint import Entrypoint, UseCase
from bqml_registrar.policy.document.policy_file import PolicyError, load_policy
from bqml_registrar.wiring.clients import GooglePorts
from bqml_registrar.wiring.settings import Settings, SettingsError


def context_for(main_file: str) -> tuple[Settings, Context]:
    """Settings and policy of the function whose main file this is; ends the process if they are wrong."""
    try:
        settings = Settings.read(os.environ, Path(main_file))
        policy = load_policy(settings.policy_file)
    except (SettingsError, PolicyError) as error:
        for line in str(error).splitlines():
            log.write("CRITICAL", line)
        sys.exit(1)
    source = f"//{settings.event_prefix}/projects/{settings.project}"
    context = Context(
        policy=policy,
        ports=GooglePorts(settings),
        announcer=Announcer(prefix=settings.event_prefix, source=source),
        events_topic=settings.events_topic,
        deletion_topic=settings.deletion_topic,
        dry_run=settings.dry_run,
        ignore_echo=settings.ignore_echo,
        delivery_seconds=settings.delivery_seconds,
    )
    return settings, context


def entrypoint_for(main_file: str, use_case: Callable[[Context, Settings], UseCase]) -> Entrypoint:
    """The entry point of the function whose main file this is; ends the process as `context_for`."""
    settings, context = context_for(main_file)
    return Entrypoint(
        use_case=use_case(context, settings),
        publisher=lambda: context.ports.publisher,
        dead_letter_topic=settings.dead_letter_topic,
        project=settings.project,
        dry_run=settings.dry_run,
    )
