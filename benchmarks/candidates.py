"""The functions that are compared, each laid out and byte-compiled as a deployed image is."""

from __future__ import annotations

import compileall
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from local.cloud.archive import lay_out
from local.cloud.servers import Addresses
from local.cloud.topics import DEAD_LETTER_TOPIC, EVENTS_TOPIC, PROJECT, topic

HERE = Path(__file__).resolve().parent
HELLO, OURS, NAIVE = "hello", "ours", "naive"
# Ours as well, of which only the start is compared.
CLEANUP, RECONCILE = "cleanup_endpoints", "reconcile"
# What the table sets beside them: what would be, if nothing took time but the APIs.
IDEAL = "ideal"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function: what the table calls it, where its main.py lies, its environment."""

    name: str
    main: Path
    settings: Mapping[str, str]


def candidates(folder: Path, addresses: Addresses) -> dict[str, Candidate]:
    """All below `folder`, by name."""
    _compile_installed()
    mains = {
        HELLO: _copied(HELLO, folder),
        OURS: lay_out("register_model", folder / OURS, HERE / "policy.yaml"),
        CLEANUP: lay_out(CLEANUP, folder / CLEANUP, HERE / "policy.yaml"),
        RECONCILE: lay_out(RECONCILE, folder / RECONCILE, HERE / "policy.yaml"),
        NAIVE: _copied(NAIVE, folder),
    }
    # As the Python buildpack compiles an application, and never checked against the source.
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    settings = _settings(addresses)
    return {name: Candidate(name, main, settings) for name, main in mains.items()}


def _copied(name: str, folder: Path) -> Path:
    (folder / name).mkdir()
    return Path(shutil.copy(HERE / name / "main.py", folder / name))


def _compile_installed() -> None:
    """Compile what pip left uncompiled; what is up to date is only looked at."""
    compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2, workers=0)


def _settings(addresses: Addresses) -> dict[str, str]:
    return {
        **addresses.env,
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "EVENTS_TOPIC": topic(EVENTS_TOPIC),
        "DEAD_LETTER_TOPIC": topic(DEAD_LETTER_TOPIC),
        # Images do not set it; where it is set here, it must not reach what is measured.
        "PYTHONDONTWRITEBYTECODE": "",
    }
