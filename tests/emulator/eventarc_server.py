"""Real here: the Log Router, Pub/Sub with its push, HTTP. Observed: what a trigger's address gets."""

from __future__ import annotations

from typing import Any

from emulator.audit import entries
from emulator.audit.router import LogRouter
from emulator.cloud import LocalCloud
from emulator.eventarc.service import Eventarc
from tests.emulator.audit_resources import ANALYST, INSERT_JOB, a_job, a_model
from tests.emulator.pubsub_server import PATIENCE, Endpoint, PubSub

NAME = "projects/p1/locations/global/triggers/models"
MODELS = "/projects/*/datasets/*/models/*"


def a_trigger(uri: str, *, resource: str = MODELS, **fields: Any) -> dict[str, Any]:
    """A trigger for what jobs do to models."""
    filters = [
        {"attribute": "type", "value": "google.cloud.audit.log.v1.written"},
        {"attribute": "serviceName", "value": "bigquery.googleapis.com"},
        {"attribute": "methodName", "value": INSERT_JOB},
    ]
    if resource:
        operator = {"operator": "match-path-pattern"} if "*" in resource else {}
        filters.append({"attribute": "resourceName", "value": resource, **operator})
    destination = {"httpEndpoint": {"uri": uri}}
    return {"name": NAME, "eventFilters": filters, "destination": destination, **fields}


class EventarcServer:
    """Eventarc behind a log, in front of an address."""

    def __init__(self, pubsub: PubSub, endpoint: Endpoint) -> None:
        self.env = pubsub.env
        self.pubsub = pubsub
        self.endpoint = endpoint
        self.log = LogRouter(self.env, publish=pubsub.broker.publish_from_service)
        self.eventarc = Eventarc(self.env, pubsub.broker)
        self.log.listen(self.eventarc.written)
        self.env.set({"export_latency": 0.0, "eventarc_duplicates": 0})
        services = {"pubsub": pubsub.broker, "logging": self.log, "eventarc": self.eventarc}
        self.cloud = LocalCloud(self.env, services)

    def trigger(self, **fields: Any) -> dict[str, Any]:
        return self.eventarc.create(a_trigger(self.endpoint.url, **fields))

    def model_created(self, **model: Any) -> dict[str, Any]:
        """Write the entry of a CREATE MODEL; what is in the log."""
        self.log.write(entries.model_created(a_model(**model), ANALYST, INSERT_JOB, a_job()))
        return self.log.entries()[-1]

    def idle(self) -> list[str]:
        return self.cloud.wait_idle(PATIENCE)
