"""Official clients of a running local cloud, for tests of the whole process."""

from __future__ import annotations

import json
from typing import Any

import grpc
from google.cloud import aiplatform_v1, bigquery, pubsub_v1
from google.oauth2.credentials import Credentials
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from local.cloud.servers import Addresses

PROJECT = "shop"
TOPIC = f"projects/{PROJECT}/topics/audit"
SUBSCRIPTION = f"projects/{PROJECT}/subscriptions/audit"
REGION = f"projects/{PROJECT}/locations/us-central1"
LINEAR = "OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
REGISTERED = "OPTIONS(model_type='linear_reg', model_registry='VERTEX_AI') AS SELECT 1 AS label"


class Clients:
    """The three clients, and what tests do with them."""

    def __init__(self, addresses: Addresses, principal: str = "ana@example.com") -> None:
        self.bigquery = bigquery.Client(
            project=PROJECT,
            credentials=Credentials(token=principal),
            client_options={"api_endpoint": addresses.bigquery},
        )
        transport = aiplatform_v1.ModelServiceClient.get_transport_class("grpc")
        channel = grpc.insecure_channel(addresses.vertex_grpc)
        self.registry = aiplatform_v1.ModelServiceClient(transport=transport(channel=channel))
        pubsub = grpc.insecure_channel(addresses.pubsub)
        self.publisher = pubsub_v1.PublisherClient(transport=PublisherGrpcTransport(channel=pubsub))
        self.subscriber = pubsub_v1.SubscriberClient(
            transport=SubscriberGrpcTransport(channel=pubsub)
        )

    def create_topic(self) -> None:
        """TOPIC, and SUBSCRIPTION to it."""
        self.publisher.create_topic(name=TOPIC)
        self.subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)

    def run(self, sql: str) -> None:
        """Run a statement to its end."""
        self.bigquery.query(sql).result()

    def pull(self, limit: int = 100) -> list[str]:
        """The data of what is there now, acknowledged."""
        request = {"subscription": SUBSCRIPTION, "max_messages": limit, "return_immediately": True}
        received = self.subscriber.pull(request=request).received_messages
        if received:
            ids = [message.ack_id for message in received]
            self.subscriber.acknowledge(subscription=SUBSCRIPTION, ack_ids=ids)
        return [message.message.data.decode() for message in received]

    def entries(self) -> list[dict[str, Any]]:
        """What a sink published, as log entries."""
        return [json.loads(data) for data in self.pull()]

    def versions(self, model_id: str) -> list[str]:
        """The numbers of a model's versions, in ascending order."""
        found = self.registry.list_model_versions(name=f"{REGION}/models/{model_id}")
        return sorted(version.version_id for version in found)
