"""Who takes a step: the analyst, a colleague who works in Vertex AI, whoever runs the functions."""

from __future__ import annotations

import json
from collections.abc import Mapping

from google.api_core.exceptions import GoogleAPICallError
from google.cloud.pubsub_v1 import PublisherClient

from local.cloud.rollout import Rollout
from local.cloud.topics import topic
from local.people.analyst import Analyst, RefusedError
from local.people.endpoints import Endpoints
from local.people.registry import Registry
from local.people.steps import Alias, Deploy, PersonStep, Publish


class Cast:
    """The people who act in the course of a day, all with official clients."""

    def __init__(self, running: Rollout) -> None:
        self.analyst = Analyst()
        self._registry = Registry(running.addresses.vertex_grpc)
        self.endpoints = Endpoints(running.addresses.vertex_grpc)

    def take(self, step: PersonStep) -> str:
        """Take a step to its end; in a word what was done. RefusedError if a service refuses it."""
        try:
            return self._take(step)
        except GoogleAPICallError as error:
            raise RefusedError(error) from error

    def _take(self, step: PersonStep) -> str:
        match step:
            case Alias(version, alias):
                self._registry.give_alias(version, alias)
                return "alias set; the next change of the model makes the function look"
            case Deploy(version, endpoint, share):
                self.endpoints.deploy(version, endpoint, share)
                return "deployed"
            case Publish(name, message):
                publish(name, message)
                return "published"
            case _:
                return self.analyst.take(step)


def publish(name: str, message: Mapping[str, object]) -> None:
    """Publish a JSON message without attributes."""
    with PublisherClient() as publisher:
        publisher.publish(topic(name), json.dumps(message).encode()).result()
