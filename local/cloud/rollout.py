"""What Terraform would make, made on the local cloud: the functions, and what leads to them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local.cloud.archive import lay_out
from local.cloud.connections import connect
from local.cloud.control import Control
from local.cloud.process import Process
from local.cloud.servers import Addresses, emulator
from local.cloud.servers import functions as running_functions
from local.cloud.topics import (
    DEAD_LETTER_TOPICS,
    DELETION_TOPIC,
    EVENTS_TOPIC,
    PROJECT,
    RECONCILE_TOPIC,
    topic,
)

_REGISTRAR = "register_model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A running local cloud with functions behind their push subscriptions, by name."""

    addresses: Addresses
    control: Control
    function_addresses: Mapping[str, str]
    processes: Mapping[str, Process]

    @property
    def function_address(self) -> str:
        """Where `register_model` listens."""
        return self.function_addresses[_REGISTRAR]

    @property
    def process(self) -> Process:
        """The process of `register_model`."""
        return self.processes[_REGISTRAR]


@contextlib.contextmanager
def rollout(
    policy: Path | None = None, functions: Sequence[str] = (_REGISTRAR,), **settings: str
) -> Iterator[Rollout]:
    """Start the local cloud and functions, connect them; end all afterwards."""
    with (
        emulator() as addresses,
        _environment(no_proxy="127.0.0.1", **addresses.env),
        _started(addresses, functions, policy, settings) as started,
    ):
        control = Control(addresses.control)
        where = {name: address for name, (address, _) in started.items()}
        connect(control, **where)
        yield Rollout(
            addresses=addresses,
            control=control,
            function_addresses=where,
            processes={name: process for name, (_, process) in started.items()},
        )


@contextlib.contextmanager
def _started(
    addresses: Addresses, names: Sequence[str], policy: Path | None, settings: Mapping[str, str]
) -> Iterator[dict[str, tuple[str, Process]]]:
    """The functions of these names, all with this policy and these settings."""
    with TemporaryDirectory() as folder:
        deployed = {
            lay_out(name, Path(folder) / name, policy): {
                **function_settings(addresses, name),
                **settings,
            }
            for name in names
        }
        with running_functions(deployed) as started:
            yield dict(zip(names, started, strict=True))


def function_settings(
    addresses: Addresses, name: str = _REGISTRAR, **settings: str
) -> dict[str, str]:
    """The environment variables of a deployed function."""
    return {
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "EVENTS_TOPIC": topic(EVENTS_TOPIC),
        "DEAD_LETTER_TOPIC": topic(DEAD_LETTER_TOPICS[name]),
        "DELETION_TOPIC": topic(DELETION_TOPIC),
        "RECONCILE_TOPIC": topic(RECONCILE_TOPIC),
        "RECONCILE_PROJECTS": PROJECT,
        **addresses.env,
        **settings,
    }


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables that the official clients read: where to call, and without a proxy."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
