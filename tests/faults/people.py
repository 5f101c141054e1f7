"""What people do between the deliveries, each through an official client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.cloud import aiplatform_v1, bigquery, pubsub_v1
from google.oauth2.credentials import Credentials

from tests.faults.topic_names import PROJECT
from tests.faults.world import World

REGION = f"projects/{PROJECT}/locations/us-central1"
Action = Callable[["People"], None]


class People:
    """An analyst at BigQuery, a person at the registry and its endpoints, one with a topic's name."""

    def __init__(self, world: World) -> None:
        self.state = world.state
        self.pass_time = world.clock.advance
        self.forget_model = world.forget_model
        # Somebody looks away: what came for the functions is lost.
        self.lose_messages = world.deliverable
        self.bigquery = bigquery.Client(
            project=PROJECT,
            credentials=Credentials(token="ana@example.com"),
            client_options={"api_endpoint": world.addresses["bigquery"]},
        )
        transport = aiplatform_v1.ModelServiceClient.get_transport_class("grpc")
        channel = grpc.insecure_channel(world.addresses["vertex_grpc"])
        self.registry = aiplatform_v1.ModelServiceClient(transport=transport(channel=channel))
        transport = aiplatform_v1.EndpointServiceClient.get_transport_class("grpc")
        self.endpoints = aiplatform_v1.EndpointServiceClient(transport=transport(channel=channel))
        self.publisher = pubsub_v1.PublisherClient()


def sql(text: str, **job_labels: str) -> Action:
    """The analyst runs a statement in a job with labels."""

    def run(people: People) -> None:
        config = bigquery.QueryJobConfig(labels=job_labels)
        people.bigquery.query(text, job_config=config, retry=None, job_retry=None).result(
            timeout=10
        )

    return run


def label(model: str, labels: Mapping[str, str | None]) -> Action:
    """The analyst sets and removes labels with models.patch."""

    def run(people: People) -> None:
        found = people.bigquery.get_model(f"{PROJECT}.{model}")
        found.labels = {**found.labels, **labels}
        people.bigquery.update_model(found, ["labels"])

    return run


def alias(model_id: str, *aliases: str) -> Action:
    """A person gives the default version aliases in the registry; a hyphen before one takes it."""

    def run(people: People) -> None:
        name = f"{REGION}/models/{model_id}@default"
        people.registry.merge_version_aliases(name=name, version_aliases=list(aliases))

    return run


def upload(model_id: str) -> Action:
    """A person uploads a model of their own."""

    def run(people: People) -> None:
        model: Any = {
            "display_name": model_id,
            "container_spec": {"image_uri": "us-docker.pkg.dev/p/r/i"},
        }
        request = {"parent": REGION, "model_id": model_id, "model": model}
        people.registry.upload_model(request=request).result(timeout=10)

    return run
