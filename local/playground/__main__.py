"""`python -m local.playground`: everything running, a SQL prompt, events as they come."""

from __future__ import annotations

import signal
import sys

from local.cloud.interrupts import Interrupted, interruptible
from local.cloud.policy_option import read_policy_option
from local.show.output import write


def main() -> int:
    """Serve the prompt until its end; the exit status."""
    try:
        with interruptible():  # Ctrl-C may come while modules are imported
            policy = read_policy_option("local.playground", __doc__)
            from local.playground.prompt import serve  # noqa: PLC0415

            status = serve(policy)
    except Interrupted as interrupted:
        ended_by = int(interrupted.code or 0)
        status = 0 if ended_by == 128 + signal.SIGINT else ended_by
    write("All processes are ended.\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
