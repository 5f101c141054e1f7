"""Standard output, which its reader may close: then the program ends as if by SIGPIPE."""

from __future__ import annotations

import os
import signal
import sys

from local.cloud.interrupts import interrupt_by


def write(text: str) -> None:
    """Write at once."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        interrupt_by(signal.SIGPIPE)
