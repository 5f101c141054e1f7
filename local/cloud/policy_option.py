"""The option `--policy FILE`: read before anything is started, so that errors name the user's file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def read_policy_option(module: str, about: str | None) -> Path | None:
    """The policy that the command line names; ends the program if it cannot be used."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="another label policy than policy.yaml"
    )
    policy: Path | None = parser.parse_args().policy
    if policy:
        from bqml_registrar.policy.document.policy_file import PolicyError, load_policy  # noqa: PLC0415 - see local.demo

        try:
            load_policy(policy)
        except PolicyError as error:
            sys.exit(str(error))
    return policy
