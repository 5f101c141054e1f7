"""The start of a sweep: each dataset becomes a message, once, whatever stands in the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, RetryableError
from bqml_registrar.names import DatasetName
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model
from tests.unit.sweep.sweeping import (
    BUSY,
    DENIED,
    SWEEPS,
    Sweeping,
    failing,
)


def test_a_scheduled_message_becomes_one_for_each_dataset() -> None:
    world = Sweeping(
        a_model(),
        a_model(name=replace(CHURN, dataset="scratch")),
        a_model(name=replace(CHURN, project="elsewhere-1")),
    )

    outcome = world.deliver(b"{}")

    messages = [json.loads(message.data) for message in world.google.published[SWEEPS]]
    assert isinstance(outcome, Outcome)
    assert outcome.reason is Reason.DATASETS_LISTED
    assert [message["dataset"] for message in messages] == ["prod_sales", "scratch"]
    assert {message["sweep"] for message in messages} == {"s1"}


ELSEWHERE = replace(CHURN, project="elsewhere-1")


def fan_out(world: Sweeping) -> list[tuple[str, str]]:
    """Projects and datasets of the messages since the last look."""
    messages = [json.loads(m.data) for m in world.google.published.pop(SWEEPS, [])]
    return [(message["project"], message["dataset"]) for message in messages]


@pytest.mark.parametrize("error", [DENIED, BUSY], ids=["for good", "for now"])
def test_a_project_that_cannot_be_listed_fails_the_delivery_when_the_others_are_begun(
    error: DeliveryError,
) -> None:
    world = Sweeping(a_model(), projects=(ELSEWHERE.project, CHURN.project))
    datasets = world.google.lists.datasets

    def listed(project: str) -> Any:
        if project == ELSEWHERE.project:
            failing(error)()
        return datasets(project)

    world.google.lists.datasets = listed  # type: ignore[method-assign]
    outcome = world.deliver(b"{}")

    assert isinstance(outcome, type(error))
    assert outcome.detail.startswith(ELSEWHERE.project)
    assert fan_out(world) == [(CHURN.project, CHURN.dataset)]


def test_a_beginning_that_comes_again_to_an_instance_begins_no_dataset_twice() -> None:
    world = Sweeping(a_model())
    world.google.before["ListModels"] = failing(BUSY)
    same = {"sweep": "s1"}
    first = world.deliver(same, instance="one")
    del world.google.before["ListModels"]

    again = world.deliver(same, instance="one")

    assert isinstance(first, RetryableError)
    assert isinstance(again, Outcome)
    assert len(fan_out(world)) == 1
    world.deliver({"sweep": "s2"}, instance="one")
    assert len(fan_out(world)) == 1


def test_more_datasets_than_one_publish_takes_are_begun_all_of_them_once() -> None:
    world = Sweeping()
    names = [DatasetName(project=CHURN.project, dataset=f"d{n:04}") for n in range(1_203)]
    world.google.lists.names = names
    sizes = []
    publish = world.google.publisher.publish

    def counted(topic: str, messages: Any) -> None:
        sizes.append(len(messages))
        publish(topic, messages)

    world.google.publisher.publish = counted  # type: ignore[method-assign]
    world.deliver(b"{}")

    begun = [json.loads(message.data)["dataset"] for message in world.google.published[SWEEPS]]
    assert begun == [name.dataset for name in names]
    assert max(sizes) <= 1_000


@pytest.mark.parametrize("first", [DENIED, BUSY], ids=["denied first", "busy first"])
def test_of_two_projects_that_fail_the_one_that_time_mends_decides(first: DeliveryError) -> None:
    second = BUSY if first is DENIED else DENIED
    world = Sweeping(projects=("first-1", "second-2"))

    def listed(project: str) -> Any:
        failing(first if project == "first-1" else second)()

    world.google.lists.datasets = listed  # type: ignore[method-assign]

    assert isinstance(world.deliver(b"{}"), RetryableError)
