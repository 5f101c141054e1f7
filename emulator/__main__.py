"""`python -m emulator`: starts the local cloud, prints where it listens, ends on SIGTERM."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading

from emulator.assembly import assemble
from emulator.wires import Ports, Wires


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="The local cloud: BigQuery, Vertex AI, Pub/Sub, Firestore and Cloud Logging for official clients.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: loopback)"
    )
    for name in ("bigquery", "vertex-grpc", "vertex-rest", "pubsub", "firestore", "control"):
        parser.add_argument(
            f"--{name}-port", type=int, default=0, help="0 (default) = any free port"
        )
    return parser.parse_args()


_STOP_SECONDS = 2.0


def main() -> int:
    """Run until SIGTERM or Ctrl-C."""
    options = _options()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
    )
    logging.getLogger("waitress").setLevel(logging.ERROR)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ports = Ports(
        bigquery=options.bigquery_port,
        vertex_grpc=options.vertex_grpc_port,
        vertex_rest=options.vertex_rest_port,
        pubsub=options.pubsub_port,
        firestore=options.firestore_port,
        control=options.control_port,
    )
    wires = Wires(assemble(), options.host, ports)
    try:
        wires.start()
    except (OSError, RuntimeError) as error:
        print(f"The local cloud cannot listen: {error}", file=sys.stderr)
        return 1
    print(json.dumps(wires.addresses()), flush=True)
    # In short waits: a signal that the kernel hands to another thread does not wake this one, and
    # its handler runs only here.
    while not ended.wait(0.2):
        pass
    _end_within(_STOP_SECONDS)
    wires.stop()
    return 0


def _end_within(seconds: float) -> None:
    """End the process whatever a slow call or a busy stream does to an orderly stop."""
    last_resort = threading.Timer(seconds, os._exit, (0,))
    last_resort.daemon = True
    last_resort.start()
    # By the kernel, should even that thread not get to run.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(seconds) + 3)


if __name__ == "__main__":
    status = main()
    # Whoever still serves a slow call (a fault's latency, a long wait) must not keep the process.
    os._exit(status)
