"""`python -m local.demo`: an analyst's day on the local cloud, and whether it went as it should."""

from __future__ import annotations

import sys

from local.cloud.interrupts import Interrupted, interruptible
from local.cloud.policy_option import read_policy_option
from local.show.output import write


def main() -> int:
    """Play the day; the exit status."""
    try:
        with interruptible():  # Ctrl-C may come while modules are imported
            policy = read_policy_option("local.demo", __doc__)
            from local.demo.day import play  # noqa: PLC0415

            return play(policy)
    except Interrupted as interrupted:
        write("demo: interrupted; all processes are ended\n")
        return int(interrupted.code or 1)


if __name__ == "__main__":
    sys.exit(main())
