"""A function's settings: environment variables, read once at start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from bqml_registrar.events.registry_events import DEFAULT_PREFIX

_TOPIC = re.compile(r"projects/[^/]+/topics/[A-Za-z][\w.~+%-]{2,254}")
_PREFIX = re.compile(r"[a-z0-9]+(\.[a-z0-9-]+)*")
# The defaults: Terraform creates topics of these names.
DELETION_TOPIC = "bqml-deletion-requests"
RECONCILE_TOPIC = "bqml-reconcile"
REGISTRY_DATABASE = "bqml-registry"
# https://cloud.google.com/firestore/docs/manage-databases#database_id
_DATABASE = re.compile(r"[a-z][a-z0-9-]{2,61}[a-z0-9]")
_SWITCH = {"false": False, "0": False, "true": True, "1": True}


class SettingsError(Exception):
    """Settings are missing or wrong; the text has a line for each."""


class Settings(Struct, frozen=True, kw_only=True):
    """What may be set. The three emulator addresses are empty in production."""

    project: str
    events_topic: str
    dead_letter_topic: str
    policy_file: Path
    dry_run: bool = False
    ignore_echo: bool = True
    event_prefix: str = DEFAULT_PREFIX
    deletion_topic: str = ""
    reconcile_topic: str = ""
    reconcile_projects: tuple[str, ...] = ()
    delivery_seconds: int = 480
    settle_seconds: int = 300
    sweep_origin_days: int = 7
    bigquery_emulator: str = ""
    pubsub_emulator: str = ""
    vertex_emulator: str = ""
    registry_database: str = REGISTRY_DATABASE

    @classmethod
    def read(cls, environment: Mapping[str, str], main_file: Path) -> Settings:
        """From the environment; `policy.yaml` is in the folder of `main_file`."""
        reader = _Reader(environment)
        project = reader.text("GOOGLE_CLOUD_PROJECT")
        settings = cls(
            project=project,
            events_topic=reader.topic("EVENTS_TOPIC", project),
            dead_letter_topic=reader.topic("DEAD_LETTER_TOPIC", project),
            policy_file=main_file.parent / environment.get("POLICY_FILE", "policy.yaml"),
            dry_run=reader.switch("DRY_RUN", default=False),
            # Only tests and debugging switch this off: it costs calls.
            ignore_echo=reader.switch("IGNORE_ECHO", default=True),
            event_prefix=reader.prefix("EVENT_PREFIX"),
            deletion_topic=reader.topic("DELETION_TOPIC", project, DELETION_TOPIC),
            reconcile_topic=reader.topic("RECONCILE_TOPIC", project, RECONCILE_TOPIC),
            reconcile_projects=reader.words("RECONCILE_PROJECTS", project),
            # Less than the function's timeout and the subscription's ack deadline, with room for a
            # call in progress and the last messages.
            delivery_seconds=reader.number("DELIVERY_SECONDS", default=480, most=3480),
            settle_seconds=reader.number("SWEEP_SETTLE_SECONDS", default=300, least=0, most=86_400),
            # The history of jobs holds six months:
            # https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list
            sweep_origin_days=reader.number("SWEEP_ORIGIN_DAYS", default=7, least=0, most=180),
            bigquery_emulator=environment.get("BIGQUERY_EMULATOR_HOST", ""),
            pubsub_emulator=environment.get("PUBSUB_EMULATOR_HOST", ""),
            vertex_emulator=environment.get("VERTEX_EMULATOR_HOST", ""),
            registry_database=reader.database("REGISTRY_DATABASE", REGISTRY_DATABASE),
        )
        if reader.problems:
            raise SettingsError("\n".join(reader.problems))
        return settings


class _Reader:
    """Reads variables and collects what is wrong with all of them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            self.problems.append(f"{name} is not set.")
        return value

    def topic(self, name: str, project: str, default: str = "") -> str:
        value = self._environment.get(name) or default or self.text(name)
        topic = value if "/" in value else f"projects/{project}/topics/{value}"
        is_complete = project or "/" in value  # else the missing project is reported already
        if value and is_complete and not _TOPIC.fullmatch(topic):
            self.problems.append(f"{name}={value!r} is not projects/P/topics/T, nor a topic's id.")
        return topic

    def database(self, name: str, default: str) -> str:
        value = self._environment.get(name) or default
        if not _DATABASE.fullmatch(value):
            self.problems.append(
                f"{name}={value!r} is no database's id: 4 to 63 lower-case letters, digits and hyphens."
            )
        return value

    def switch(self, name: str, *, default: bool) -> bool:
        value = self._environment.get(name, "").lower()
        if value and value not in _SWITCH:
            self.problems.append(f"{name}={value!r} is not true or false.")
        return _SWITCH.get(value, default)

    def words(self, name: str, default: str) -> tuple[str, ...]:
        value = self._environment.get(name) or default
        return tuple(dict.fromkeys(word for word in re.split(r"[\s,]+", value) if word))

    def number(self, name: str, *, default: int, most: int, least: int = 1) -> int:
        value = self._environment.get(name) or str(default)
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            self.problems.append(f"{name}={value!r} is not a whole number from {least} to {most}.")
            return default
        return int(value)

    def prefix(self, name: str) -> str:
        value = self._environment.get(name) or DEFAULT_PREFIX
        if not _PREFIX.fullmatch(value):
            self.problems.append(f"{name}={value!r} is not lower-case words with dots between.")
        return value
