"""`python -m local.playground`: everything running, a SQL prompt, events as they come."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from local.entries import Ask, entries
from local.function_log import complaints, decisions
from local.interrupts import Interrupted, interruptible
from local.playground_commands import HELP, Playground
from local.processes import Addresses, StartError
from local.rollout import PROJECT, rollout
from local.subscriber import Event, Subscriber
from local.timeline import Timeline, new_console

DATASETS = ("prod_sales", "scratch")


def main() -> int:
    """Serve the prompt until its end; the exit status."""
    options = _options()
    timeline = Timeline(new_console())
    try:
        with interruptible():
            _serve(timeline, options.policy)
    except (Interrupted, KeyboardInterrupt) as interrupted:
        ended_by = interrupted.code if isinstance(interrupted, Interrupted) else 0
        timeline.say("All processes are ended.")
        return 0 if ended_by == 128 + signal.SIGINT else int(ended_by or 0)
    except StartError as error:
        for line in complaints(str(error).splitlines()) or [str(error)]:
            timeline.say(line)
        return 1
    timeline.say("All processes are ended.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.playground", description=__doc__)
    parser.add_argument("--policy", type=Path, help="another label policy than policy.yaml")
    return parser.parse_args()


def _serve(timeline: Timeline, policy: Path | None) -> None:
    def told(event: Event) -> None:
        timeline.events([event])

    def logged(line: str) -> None:
        if found := decisions([line]):
            timeline.decisions(found)

    timeline.say("Starting the local cloud and register_model ...")
    with rollout(policy) as running, Subscriber(told) as subscriber:
        running.process.listen(logged)
        playground = Playground(timeline, running, subscriber)
        playground.create_datasets(DATASETS)
        _greet(timeline, running.addresses, running.function_address)
        with _asking() as ask:
            for entry in entries(ask):
                if not playground.take(entry):
                    return


def _greet(timeline: Timeline, addresses: Addresses, function: str) -> None:
    timeline.title("Where everything listens")
    for head, address in (
        ("BigQuery", addresses.bigquery),
        ("Vertex AI", f"{addresses.vertex_grpc} (gRPC), {addresses.vertex_rest} (REST)"),
        ("Pub/Sub", f"{addresses.pubsub} (gRPC)"),
        ("control", addresses.control),
        ("function", function),
    ):
        timeline.row(head, address)
    timeline.title("To point another shell here")
    for name, value in {**addresses.env, "GOOGLE_CLOUD_PROJECT": PROJECT}.items():
        timeline.say(f"export {name}={value}")
    timeline.title(f"Project {PROJECT}, datasets {' and '.join(DATASETS)}")
    timeline.say(HELP)


@contextlib.contextmanager
def _asking() -> Iterator[Ask]:
    """How to get the next line: from a prompt on a terminal, else from standard input."""
    if not sys.stdin.isatty():
        yield _read_line
        return
    session: PromptSession[str] = PromptSession(history=InMemoryHistory())
    with patch_stdout(raw=True):
        yield lambda prompt: session.prompt(prompt, handle_sigint=False)


def _read_line(_: str) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
