"""The documents, held to the code: links, named modules, settings; every example runs.

docs/policy.md's examples have a test of their own (test_policy_docs.py).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.cloud.pubsub_v1.types import PublisherOptions
from msgspec.structs import replace

from bqml_registrar.events.registry_events import EXTENSIONS, EventType
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.policy.document.policy_file import load_policy, parse_policy
from emulator.pubsub.filters import compile_filter
from local.cloud.control import Control
from local.cloud.event_topic import create_event_topic
from local.cloud.process import Process
from local.cloud.servers import clean_environment
from tools.event_examples.messages import example_message

ROOT = Path(__file__).parents[2]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DELIVERIES = ROOT / "docs" / "deliveries.md"
EVENTS = ROOT / "docs" / "events.md"
OPERATIONS = ROOT / "docs" / "operations.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PROJECT = "projects/analytics-dev"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    folders = [ROOT / name for name in ("docs", "emulator", "terraform", "tests")]
    below = [path for folder in folders for path in folder.rglob("*.md")]
    return sorted([*ROOT.glob("*.md"), *below])


def blocks(path: Path, kind: str) -> list[str]:
    return [text for found, text in _FENCED.findall(path.read_text()) if found == kind]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Links.


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = _FENCED.sub("", path.read_text())
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def is_broken(link: str, page: Path, root: Path) -> bool:
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    if not target.exists() or root not in target.parents:
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


def broken_links(page: Path, root: Path = ROOT) -> list[str]:
    links = _LINK.findall(_FENCED.sub("", page.read_text()))
    inside = [link for link in links if "://" not in link]
    return [link for link in inside if is_broken(link, page, root)]


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    assert broken_links(path) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n[here](#a-page) [there](#b) [gone](gone.md) [far](https://x.org)\n")

    assert broken_links(page, tmp_path) == ["#b", "gone.md"]


# docs/architecture.md.


@pytest.mark.parametrize("page", [ARCHITECTURE, EVENTS, CONTRIBUTING], ids=named)
def test_every_path_of_the_repository_that_a_page_names_exists(page: Path) -> None:
    folders = "|".join(path.name for path in ROOT.iterdir() if path.is_dir())
    prose = _FENCED.sub("", page.read_text())
    paths = re.findall(rf"`((?:{folders})/[\w./-]*)`", prose)

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_map_names_every_package_once() -> None:
    product = ROOT / "shared" / "bqml_registrar"
    packages = [path.parent.name for path in product.glob("*/__init__.py")]
    listed = re.findall(r"^\| `(\w+)` \|", ARCHITECTURE.read_text(), re.MULTILINE)

    assert sorted(name for name in listed if name.islower()) == sorted(packages)


def test_the_settings_that_the_function_reads_are_the_ones_in_the_table() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", DELIVERIES.read_text(), re.MULTILINE)
    read = re.findall(
        r'"([A-Z]+_[A-Z_]+)"',
        (ROOT / "shared" / "bqml_registrar" / "wiring" / "settings.py").read_text(),
    )

    assert sorted(table) == sorted(set(read))


def test_the_examples_of_the_architecture_print_what_the_page_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (code,), (printed,) = blocks(ARCHITECTURE, "python"), blocks(ARCHITECTURE, "text")
    exec(compile(code, named(ARCHITECTURE), "exec"), {"__name__": "__main__"})

    assert capsys.readouterr().out == printed


# docs/events.md.


def filters() -> list[str]:
    (block,) = blocks(EVENTS, "text")
    return [line for line in block.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("text", filters())
def test_a_filter_is_one_and_lets_an_example_through(text: str) -> None:
    lets_through = compile_filter(text)

    assert any(lets_through(example_message(kind).attributes) for kind in EventType)


_WITHOUT_VERSION = {
    EventType.MODEL_REJECTED,
    EventType.MODEL_FAILED,
    EventType.RECONCILE_COMPLETED,
    *(kind for kind in EventType if kind.startswith("deletion.")),
}
_WITHOUT_RULE = {
    EventType.MODEL_DELETED,
    *(kind for kind in EventType if kind.startswith("reconcile.")),
}


@pytest.mark.parametrize(
    ("number", "let_through"),
    [
        (0, {EventType.MODEL_REGISTERED}),
        (1, {kind for kind in EventType if kind.startswith("alias.")}),
        (2, set(EventType)),
        (3, {EventType.MODEL_REJECTED, EventType.MODEL_FAILED}),
        (4, {EventType.MODEL_FAILED, EventType.DEPLOYMENT_UNDEPLOYFAILED}),
        (5, {EventType.MODEL_REPLACED, EventType.MODEL_DELETED}),
        (6, set(EventType) - _WITHOUT_RULE),
        (7, set(EventType) - _WITHOUT_VERSION),
        (8, {EventType.DEPLOYMENT_UNDEPLOYED}),
        (9, {EventType.DELETION_BLOCKED}),
        (10, {kind for kind in EventType if kind.startswith(("deployment.", "deletion."))}),
        (11, {EventType.DEPLOYMENT_UNDEPLOYFAILED}),
        (12, {EventType.RECONCILE_DRIFTDETECTED}),
    ],
)
def test_the_filters_tell_the_examples_apart(number: int, let_through: set[EventType]) -> None:
    lets_through = compile_filter(filters()[number])

    passed = {kind for kind in EventType if lets_through(example_message(kind).attributes)}
    assert passed == let_through


@pytest.mark.parametrize("kind", EventType, ids=lambda kind: kind.value)
def test_the_page_tells_of_every_attribute_and_section(kind: EventType) -> None:
    rows = set(re.findall(r"^\| `([\w-]+)` \|", EVENTS.read_text(), re.MULTILINE))
    message = example_message(kind)
    generated = {f"ce-{name}" for name in EXTENSIONS}

    assert set(message.attributes) - generated <= rows
    assert set(json.loads(message.data)) <= rows


Publish = Callable[..., None]


# Topics as docs/events.md names them, each with the subscription that the page or a test reads.
TOPICS = {
    "bqml-registry-events": "bqml-registry-events",
    "bqml-registrar-dead-letters": "bqml-registrar-dead-letters",
    "bqml-model-changes": "changes",
    "bqml-cleanup-dead-letters": "bqml-cleanup-dead-letters",
    "bqml-deletion-requests": "requests",
}


@pytest.fixture
def publish(control: Control) -> Iterator[Publish]:
    """Publishes messages to one of the topics, in order."""
    options = PublisherOptions(enable_message_ordering=True)
    with PublisherClient(publisher_options=options) as publisher, SubscriberClient() as subscriber:
        for topic, subscription in TOPICS.items():
            if topic == "bqml-registry-events":
                create_event_topic(f"{PROJECT}/topics/{topic}")
            else:
                publisher.create_topic(name=f"{PROJECT}/topics/{topic}")
            subscriber.create_subscription(
                request={
                    "name": f"{PROJECT}/subscriptions/{subscription}",
                    "topic": f"{PROJECT}/topics/{topic}",
                    "enable_message_ordering": True,
                }
            )

        def to(topic: str, *messages: OutgoingMessage) -> None:
            for message in messages:
                publisher.publish(
                    f"{PROJECT}/topics/{topic}",
                    message.data,
                    ordering_key=message.ordering_key,
                    **message.attributes,
                ).result(timeout=10)

        yield to


@pytest.fixture
def run(control: Control) -> Iterator[Callable[[str], Process]]:
    """Runs a program as a person would, at the local cloud; it is ended after the test."""
    started: list[Process] = []

    def start(code: str) -> Process:
        environment = clean_environment(PYTHONWARNINGS="error")
        started.append(Process([sys.executable, "-c", code], environment, ROOT))
        return started[-1]

    yield start
    for process in started:
        process.stop()


def program(start: str) -> str:
    (found,) = [code for code in blocks(EVENTS, "python") if code.startswith(start)]
    return found


def test_what_an_undeployed_event_tells_can_be_deployed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page's block makes the request; the local cloud's own tests deploy."""
    namespace: dict[str, Any] = {"__name__": "page"}
    exec(compile(program("from google.cloud.aiplatform_v1"), named(EVENTS), "exec"), namespace)
    data = json.loads(example_message(EventType.DEPLOYMENT_UNDEPLOYED).data)

    request = namespace["to_deploy_again"](data["deployment"])

    deployed = request.deployed_model
    assert request.endpoint == data["deployment"]["endpoint"]
    assert dict(request.traffic_split) == {}
    assert (
        deployed.model == "projects/analytics-prod/locations/us-central1/models/prod_sales-churn@1"
    )
    assert deployed.id == "1180591620717411303"
    assert deployed.dedicated_resources.machine_spec.machine_type == "n1-standard-4"
    assert deployed.dedicated_resources.max_replica_count == 3
    assert deployed.service_account == "serving@analytics-prod.iam.gserviceaccount.com"
    assert not deployed.create_time
    assert not deployed.model_version_id


def changed(message: OutgoingMessage, **attributes: str) -> OutgoingMessage:
    """The message with other CloudEvent attributes."""
    given = {f"ce-{name}": value for name, value in attributes.items()}
    return replace(message, attributes={**message.attributes, **given})


def test_the_subscriber_reacts_once_to_each_change_and_not_to_a_dry_run(
    publish: Publish, run: Callable[[str], Process]
) -> None:
    registered = example_message(EventType.MODEL_REGISTERED)
    subscriber = run(program("import json"))
    publish(
        "bqml-registry-events",
        registered,
        changed(registered, causeid="another entry about the same"),
        example_message(EventType.ALIAS_ASSIGNED),
        changed(registered, id="dry", dryrun="true"),
        changed(replace(registered, data=registered.data.replace(b"@1", b"@2")), id="another"),
    )

    subscriber.wait_for_line(re.compile("(models/prod_sales-churn@1)"))
    subscriber.wait_for_line(re.compile("(models/prod_sales-churn@2)"))
    assert len(subscriber.lines) == 2, subscriber.lines


def test_the_redrive_publishes_dead_letters_again_as_they_are(
    publish: Publish, run: Callable[[str], Process], control: Control
) -> None:
    letter = OutgoingMessage(b"{}", {"dl-reason": "PERMISSION_DENIED", "origin": "sink"})
    publish("bqml-registrar-dead-letters", letter)
    redrive = run(program("from google.cloud.pubsub_v1 import PublisherClient"))
    redrive.wait_for_line(re.compile("^(redriven: PERMISSION_DENIED)$"))

    with SubscriberClient() as subscriber:
        request = {"subscription": f"{PROJECT}/subscriptions/changes", "max_messages": 10}
        (received,) = subscriber.pull(request=request, timeout=10).received_messages
    assert (received.message.data, dict(received.message.attributes)) == (
        letter.data,
        letter.attributes,
    )
    assert control.unacknowledged(f"{PROJECT}/subscriptions/bqml-registrar-dead-letters") == 0


def test_the_redrive_of_the_operations_page_leaves_what_no_redrive_mends(
    publish: Publish, run: Callable[[str], Process], control: Control
) -> None:
    first = {"dl-publishtime": "2026-11-02T09:30:07Z"}
    denied = OutgoingMessage(b'{"model": "m"}', {"dl-reason": "PERMISSION_DENIED", **first})
    garbled = OutgoingMessage(b"{", {"dl-reason": "MALFORMED_REQUEST", "dl-detail": "no JSON"})
    publish("bqml-cleanup-dead-letters", denied, garbled)
    (code,) = blocks(OPERATIONS, "python")
    redrive = run(code)
    redrive.wait_for_line(re.compile("^(redriven: PERMISSION_DENIED)$"))
    redrive.wait_for_line(re.compile("^(left: MALFORMED_REQUEST no JSON)$"))

    with SubscriberClient() as subscriber:
        request = {"subscription": f"{PROJECT}/subscriptions/requests", "max_messages": 10}
        (received,) = subscriber.pull(request=request, timeout=10).received_messages
    assert (received.message.data, dict(received.message.attributes)) == (
        denied.data,
        denied.attributes,
    )
    letters = f"{PROJECT}/subscriptions/bqml-cleanup-dead-letters"
    assert control.unacknowledged(letters) == 1


# The commands that documents name.


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_make_target_that_a_page_names_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z-]+)`", path.read_text()):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_policy_in_the_readme_is_the_one_that_ships() -> None:
    (block,) = blocks(ROOT / "README.md", "yaml")
    shipped = load_policy(ROOT / "policy.yaml")

    assert parse_policy(block, "README.md") == shipped
