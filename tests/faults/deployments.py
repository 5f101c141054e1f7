"""What people do about deployed models: deploy them, ask for their end, be refused, miss what happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest

from tests.faults.people import REGION, Action, People
from tests.faults.topic_names import PROJECT, REQUESTS, SWEEPS

MACHINE = {
    "dedicated_resources": {
        "machine_spec": {"machine_type": "n1-standard-2"},
        "min_replica_count": 1,
    }
}


def endpoint(endpoint_id: str, shares: Mapping[str, int]) -> Action:
    """A person makes an endpoint that serves models, by id, each with a share of the traffic.

    The deployed models are numbered from 1 on.
    """

    def run(people: People) -> None:
        people.endpoints.create_endpoint(
            parent=REGION, endpoint={"display_name": endpoint_id}, endpoint_id=endpoint_id
        ).result(timeout=10)
        name = f"{REGION}/endpoints/{endpoint_id}"
        for number, model_id in enumerate(shares, start=1):
            _deploy(people, name, model_id, number)
        split = {str(number): share for number, share in enumerate(shares.values(), start=1)}
        wanted: Any = {"name": name, "traffic_split": split}
        people.endpoints.update_endpoint(endpoint=wanted, update_mask={"paths": ["traffic_split"]})

    return run


def _deploy(people: People, endpoint: str, model_id: str, number: int) -> None:
    """The first of an endpoint has all of the traffic, the others have none."""
    deployed: Any = {"id": str(number), "model": f"{REGION}/models/{model_id}", **MACHINE}
    split = {"0": 100} if number == 1 else {}
    people.endpoints.deploy_model(
        endpoint=endpoint, deployed_model=deployed, traffic_split=split
    ).result(timeout=10)


def request(model: str, **content: Any) -> Action:
    """A person asks for the end of a model, with `gcloud pubsub topics publish` or the like."""
    dataset, _, name = model.partition(".")
    named = {"model": f"projects/{PROJECT}/datasets/{dataset}/models/{name}", **content}
    return _publish(REQUESTS, named)


def sweep(dataset: str = "", name: str = "") -> Action:
    """The scheduler, or a person for one dataset, wakes the sweep; without a name it has its message's."""
    named = {"sweep": name} if name else {}
    return _publish(SWEEPS, {"project": PROJECT, "dataset": dataset, **named} if dataset else named)


def _publish(topic: str, content: dict[str, Any]) -> Action:
    def run(people: People) -> None:
        people.publisher.publish(topic, json.dumps(content).encode()).result(timeout=10)

    return run


def refused(action: Action) -> Action:
    """BigQuery refuses what the analyst does, as the model is deployed."""

    def run(people: People) -> None:
        with pytest.raises(BadRequest, match="deployed or being deployed"):
            action(people)

    return run


def unheard(*actions: Action) -> Action:
    """What people do while no message of it arrives."""

    def run(people: People) -> None:
        for action in actions:
            action(people)
        people.lose_messages()

    return run


def expiring(model: str, *, after: timedelta) -> Action:
    """The analyst lets the model expire, counted from its creation."""

    def run(people: People) -> None:
        found = people.bigquery.get_model(f"{PROJECT}.{model}")
        assert found.created, f"{model} has no time of creation"
        found.expires = found.created + after
        people.bigquery.update_model(found, ["expires"])

    return run


def orphaned(model: str) -> Action:
    """BigQuery loses a model without its version, which no documented way leads to."""
    return lambda people: people.forget_model(model)


def hours(count: int) -> Action:
    """Time passes."""
    return lambda people: people.pass_time(count * 3600.0)
