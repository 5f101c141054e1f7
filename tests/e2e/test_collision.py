"""Two models whose rules lead to one Vertex id: one has it, the other is told, no alias moves.

Every id is injective within its rule, so it takes two rules. Which model comes first is forced: a
registration takes longer than anything else, until the clock is set forward.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

from bqml_registrar.names import ModelName
from local.cloud.rollout import Rollout, rollout
from local.cloud.topics import AUDIT_TOPIC, PROJECT, subscription, topic
from local.people.expectations import Told, Version
from local.people.observation import Observation
from tests.analyst import a_client, create_dataset, train
from tests.e2e.churn import LABELS, REGISTRAR

POLICY = """\
version: 1
label_sources: [model, job]
rules:
  - name: prefixed
    match: {dataset: a, labels: {vertex: register}}
    register: {id: "prod_{dataset}-{model}", aliases: ["{labels.stage}"], labels: {team: "{labels.team}"}}
  - name: plain
    match: {dataset: prod_a, labels: {vertex: register}}
    register: {id: "{dataset}-{model}", aliases: ["{labels.stage}"], labels: {team: "{labels.team}"}}
"""
PREFIXED = ModelName(project=PROJECT, dataset="a", model="x")
PLAIN = ModelName(project=PROJECT, dataset="prod_a", model="x")
HELD = Version(name="prod_a-x@1", aliases=("default", "prod"), labels={"team": "growth"})
PATCH = "google.cloud.bigquery.v2.ModelService.PatchModel"
LONG = 300.0  # less than the subscription's ack deadline
PATIENCE = 15.0
KEPT = "kept-changes"

Look = Callable[[], Observation]
Come = Callable[[ModelName, ModelName, Rollout], None]
in_either_order = pytest.mark.parametrize(
    ("first", "second"),
    [(PREFIXED, PLAIN), (PLAIN, PREFIXED)],
    ids=["the prefixed id first", "the plain id first"],
)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    policy = tmp_path_factory.mktemp("policy") / "policy.yaml"
    policy.write_text(POLICY)
    with rollout(policy) as running:
        yield running


@pytest.fixture(autouse=True)
def _datasets(product: Rollout) -> None:
    for name in (PREFIXED, PLAIN):
        create_dataset(name.dataset)
    with SubscriberClient() as subscriber:
        subscriber.create_subscription(name=subscription(KEPT), topic=topic(AUDIT_TOPIC))


def short(name: ModelName) -> str:
    return f"{name.dataset}.{name.model}"


def registered(name: ModelName) -> tuple[Told, ...]:
    return (
        Told("model.v1.registered", short(name), "prod_a-x@1"),
        Told("alias.v1.assigned", short(name), "prod_a-x@1", "prod"),
    )


def rejected(name: ModelName, reason: str) -> Told:
    """Only a collision has led to a version, which is one of the other's Vertex model."""
    vertex = "prod_a-x@2" if reason == "ID_COLLISION" else ""
    return Told("model.v1.rejected", short(name), vertex, reason=reason)


def by_model(*told: Told) -> tuple[Told, ...]:
    """As an account has them."""
    return tuple(sorted(told, key=lambda event: event.model))


def wait_for_patches(product: Rollout, count: int) -> None:
    """Until the function has asked for so many registrations, none of which is there yet."""
    deadline = time.monotonic() + PATIENCE
    while patches(product) < count:
        assert time.monotonic() < deadline, f"fewer than {count} patches in {PATIENCE} s"
        with suppress(RuntimeError):  # it is never idle before
            product.control.wait_idle(0.05)


def patches(product: Rollout) -> int:
    calls = product.control.calls()
    return sum(call["method"] == PATCH and call["principal"] == REGISTRAR for call in calls)


def deliver_again() -> int:
    """Everything that the sink let through, once more; how many messages."""
    with SubscriberClient() as subscriber:
        request = {"subscription": subscription(KEPT), "max_messages": 100}
        pulled = subscriber.pull(request=request, timeout=PATIENCE).received_messages
    with PublisherClient() as publisher:
        for received in pulled:
            publisher.publish(topic(AUDIT_TOPIC), received.message.data).result(timeout=PATIENCE)
    return len(pulled)


def let_collide(first: ModelName, second: ModelName, product: Rollout) -> None:
    """Both find the id free; the first is registered before the second."""
    product.control.settings(registration_latency=LONG)
    for count, name in enumerate((first, second), start=1):
        train(name, labels=LABELS)
        wait_for_patches(product, count)
    product.control.advance(LONG)


def one_after_the_other(first: ModelName, second: ModelName, product: Rollout) -> None:
    for name in (first, second):
        train(name, labels=LABELS)
        product.control.wait_idle()


@in_either_order
def test_the_second_of_two_registrations_under_one_id_is_rejected(
    first: ModelName, second: ModelName, product: Rollout, look: Look
) -> None:
    let_collide(first, second, product)
    seen = look().account()

    assert seen.events == by_model(*registered(first), rejected(second, "ID_COLLISION"))
    assert seen.registry == (HELD, Version(name="prod_a-x@2"))
    assert seen.dead_letters == 0


def test_of_two_models_patched_at_the_same_moment_one_is_registered_and_one_rejected(
    product: Rollout, look: Look
) -> None:
    product.control.settings(registration_latency=LONG)
    product.control.fault(PATCH, "latency", count=2, seconds=0.5)
    for name in (PREFIXED, PLAIN):
        train(name, labels=LABELS)
    wait_for_patches(product, 2)
    product.control.advance(LONG)
    seen = look().account()

    (refused,) = (told.model for told in seen.events if told.type == "model.v1.rejected")
    first, second = (PREFIXED, PLAIN) if refused == short(PLAIN) else (PLAIN, PREFIXED)
    assert seen.events == by_model(*registered(first), rejected(second, "ID_COLLISION"))
    assert seen.registry == (HELD, Version(name="prod_a-x@2"))


@in_either_order
def test_an_id_that_is_taken_is_not_registered_again(
    first: ModelName, second: ModelName, look: Look
) -> None:
    train(first, labels=LABELS)
    before = look().account()
    train(second, labels=LABELS)
    after = look().account()

    assert before.events == registered(first)
    assert after.events == (rejected(second, "ID_TAKEN"),)
    assert after.registry == before.registry == (HELD,)
    model = a_client().get_model(f"{PROJECT}.{short(second)}")
    assert "vertexAiModelId" not in model.training_runs[-1]


@pytest.mark.parametrize(
    ("come", "reason"),
    [(let_collide, "ID_COLLISION"), (one_after_the_other, "ID_TAKEN")],
    ids=["ID_COLLISION", "ID_TAKEN"],
)
def test_a_redelivery_about_two_models_of_one_id_changes_and_tells_nothing(
    come: Come, reason: str, product: Rollout, look: Look
) -> None:
    come(PREFIXED, PLAIN, product)
    before, patched = look().account(), patches(product)
    again = deliver_again()
    after = look().account()

    assert again > 4
    assert before.events == by_model(*registered(PREFIXED), rejected(PLAIN, reason))
    assert (short(PLAIN), reason) in after.decisions
    assert after.events == ()
    assert after.registry == before.registry
    assert patches(product) == patched
