"""The two worlds that the contract suite runs on: the fakes, and the adapters on the local cloud.

A world is the ports and the few things that somebody else does: an analyst trains and labels, a
person moves an alias. What holds in both is what the use cases may rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import grpc
from google.cloud import aiplatform_v1, pubsub_v1
from msgspec.structs import replace

from bqml_registrar.adapters.bigquery import BigQueryCatalog
from bqml_registrar.adapters.bigquery import connect as connect_bigquery
from bqml_registrar.adapters.pubsub import PubSubPublisher
from bqml_registrar.adapters.pubsub import connect as connect_pubsub
from bqml_registrar.adapters.vertex import VertexRegistry
from bqml_registrar.names import JobName, ModelName, VertexName
from bqml_registrar.ports import ModelCatalog, ModelRegistry, Publisher
from bqml_registrar.resources.models import BigQueryModel, Origin
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.analyst import ANA, a_client, create_dataset, train
from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle

TOPIC = "projects/analytics-dev/topics/events"
VERTEX_ID = "prod_sales-churn"
PARENT = VertexName(project=CHURN.project, region="us-central1", model_id=VERTEX_ID)


class World(Protocol):
    """The ports, and what others do."""

    catalog: ModelCatalog
    registry: ModelRegistry
    publisher: Publisher

    def train(self, name: ModelName, job_labels: Mapping[str, str]) -> JobName:
        """Ana runs CREATE MODEL; the job's name."""

    def label_dataset(self, name: ModelName, labels: Mapping[str, str]) -> None:
        """Somebody labels the model's dataset."""

    def ignore_case(self, name: ModelName) -> None:
        """Somebody lets the model's dataset ignore case."""

    def label_by_hand(self, name: VertexName) -> None:
        """Somebody labels a version."""

    def received(self) -> list[tuple[bytes, Mapping[str, str], str]]:
        """Data, attributes and ordering key of every message on the topic so far."""


class FakeWorld:
    """The fakes."""

    def __init__(self) -> None:
        self._google = FakeGoogle()
        self.catalog = self._google.catalog
        self.registry = self._google.registry
        self.publisher = self._google.publisher

    def train(self, name: ModelName, job_labels: Mapping[str, str]) -> JobName:
        self._google.models[name] = a_model(name=name, etag=self._google.etag())
        job = JobName(project=name.project, job="job_1")
        origin = Origin(job=job, creator=ANA, labels=job_labels)
        self._google.jobs.append((job, name, origin))
        return job

    def label_dataset(self, name: ModelName, labels: Mapping[str, str]) -> None:
        self._google.datasets[name.dataset] = labels

    def ignore_case(self, name: ModelName) -> None:
        self._google.ignoring_case.add(name.dataset)

    def label_by_hand(self, name: VertexName) -> None:
        version = self._google.versions[name]
        labels = {**version.labels, "reviewed-by": "bo"}
        self._google.versions[name] = replace(version, labels=labels, etag=self._google.etag())

    def received(self) -> list[tuple[bytes, Mapping[str, str], str]]:
        messages = self._google.published.get(TOPIC, [])
        return [(m.data, m.attributes, m.ordering_key) for m in messages]


class RealWorld:
    """The adapters, on official clients, on the local cloud."""

    def __init__(self, addresses: Addresses, control: Control) -> None:
        control.settings(registration_latency=0.0, version_latency=0.0, job_latency=0.0)
        create_dataset("prod_sales")
        self.catalog = BigQueryCatalog(connect_bigquery("analytics-dev", emulator=True))
        self.registry = VertexRegistry(addresses.vertex_grpc)
        self.publisher = PubSubPublisher(connect_pubsub(addresses.pubsub))
        channel = grpc.insecure_channel(addresses.vertex_grpc)
        transport = aiplatform_v1.ModelServiceClient.get_transport_class("grpc")
        self._bo = aiplatform_v1.ModelServiceClient(transport=transport(channel=channel))
        self._subscription = "projects/analytics-dev/subscriptions/events"
        pubsub_v1.PublisherClient().create_topic(name=TOPIC)
        self._subscriber = pubsub_v1.SubscriberClient()
        self._subscriber.create_subscription(
            request={
                "name": self._subscription,
                "topic": TOPIC,
                "enable_message_ordering": True,
            }
        )

    def train(self, name: ModelName, job_labels: Mapping[str, str]) -> JobName:
        job = train(name, labels=dict(job_labels))
        return JobName(project=job.project, job=job.job_id)

    def label_dataset(self, name: ModelName, labels: Mapping[str, str]) -> None:
        client = a_client()
        dataset = client.get_dataset(f"{name.project}.{name.dataset}")
        dataset.labels = dict(labels)
        client.update_dataset(dataset, ["labels"])

    def ignore_case(self, name: ModelName) -> None:
        client = a_client()
        dataset = client.get_dataset(f"{name.project}.{name.dataset}")
        dataset.is_case_insensitive = True
        client.update_dataset(dataset, ["is_case_insensitive"])

    def label_by_hand(self, name: VertexName) -> None:
        model = self._bo.get_model(name=str(name))
        labels = {**model.labels, "reviewed-by": "bo"}
        wanted = {"name": str(name), "labels": labels}
        self._bo.update_model(request={"model": wanted, "update_mask": {"paths": ["labels"]}})

    def received(self) -> list[tuple[bytes, Mapping[str, str], str]]:
        pulled = self._subscriber.pull(
            subscription=self._subscription, max_messages=100, timeout=10
        )
        return [
            (m.message.data, dict(m.message.attributes), m.message.ordering_key)
            for m in pulled.received_messages
        ]


def trained(world: World) -> BigQueryModel:
    """`churn`, as it is once it is trained."""
    world.train(CHURN, {})
    model = world.catalog.get(CHURN)
    assert model is not None
    return model
