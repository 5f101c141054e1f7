"""Everything running, a prompt for SQL and commands, decisions and events as they come."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from local.cloud.process import StartError
from local.cloud.repository import FUNCTIONS
from local.cloud.rollout import Rollout, rollout
from local.cloud.topics import PROJECT
from local.people.function_log import complaints, decisions
from local.people.subscriber import Event, Subscriber
from local.playground.commands import HELP, Playground
from local.playground.entries import CONTINUED, Ask, GivenUpError, entries
from local.show.timeline import Timeline, new_console

DATASETS = ("prod_sales", "scratch")

_LEGEND = (
    "One line for each delivery. One statement writes several log entries, and the local cloud sends "
    "each twice; UNDER_WAY is one that another delivery about the model answers for. An event that "
    "comes again has the same id."
)


def serve(policy: Path | None) -> int:
    """Serve the prompt until its end; the exit status."""
    timeline = Timeline(new_console())
    try:
        _serve(timeline, policy)
    except StartError as error:
        for line in complaints(str(error).splitlines()) or [str(error)]:
            timeline.say(line)
        return 1
    return 0


def _serve(timeline: Timeline, policy: Path | None) -> None:
    def told(event: Event) -> None:
        timeline.events([event])

    def logged(line: str) -> None:
        if found := decisions([line]):
            timeline.decisions(found)

    timeline.say(f"Starting the local cloud and {', '.join(FUNCTIONS)} ...")
    with (
        # Who sweeps by hand means now.
        rollout(policy, FUNCTIONS, SWEEP_SETTLE_SECONDS="0") as running,
        Subscriber(told) as subscriber,
    ):
        for process in running.processes.values():
            process.listen(logged)
        playground = Playground(timeline, running, subscriber)
        playground.create_datasets(DATASETS)
        _greet(timeline, running)
        with _asking() as ask:
            for entry in entries(ask, timeline.say):
                if not playground.take(entry):
                    return


def _greet(timeline: Timeline, running: Rollout) -> None:
    addresses = running.addresses
    timeline.title("Where everything listens")
    for head, address in (
        ("BigQuery", addresses.bigquery),
        ("Vertex AI", f"{addresses.vertex_grpc} (gRPC), {addresses.vertex_rest} (REST)"),
        ("Pub/Sub", f"{addresses.pubsub} (gRPC)"),
        ("control", addresses.control),
        ("functions", "\n".join(f"{at} {name}" for name, at in running.function_addresses.items())),
    ):
        timeline.row(head, address)
    timeline.title("To point another shell here")
    own = {"GOOGLE_CLOUD_PROJECT": PROJECT, "no_proxy": "127.0.0.1"}
    for name, value in {**addresses.env, **own}.items():
        timeline.say(f"export {name}={value}")
    timeline.say(
        "# bigquery.Client also needs credentials=AnonymousCredentials(): google.auth.credentials"
    )
    timeline.title(f"Project {PROJECT}, datasets {' and '.join(DATASETS)}")
    timeline.say(HELP)
    timeline.row("legend", _LEGEND)


@contextlib.contextmanager
def _asking() -> Iterator[Ask]:
    """How to get the next line: from a prompt on a terminal, else from standard input."""
    if not sys.stdin.isatty():
        yield _read_line
        return
    with patch_stdout(raw=True):
        yield _Prompt()


class _Prompt:
    """Asks on a terminal, and tells once how SQL on several lines is ended."""

    def __init__(self) -> None:
        self._session: PromptSession[str] = PromptSession(history=InMemoryHistory())
        self._hinted = False

    def __call__(self, prompt: str) -> str:
        if prompt == CONTINUED and not self._hinted:
            self._hinted = True
            sys.stdout.write("end with ; (Ctrl-C gives up)\n")
        try:
            return self._session.prompt(prompt, handle_sigint=False)
        except KeyboardInterrupt:
            raise GivenUpError(self._session.default_buffer.text) from None


def _read_line(_: str) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
