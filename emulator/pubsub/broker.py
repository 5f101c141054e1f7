"""The state machine of Pub/Sub: schemas, topics, subscriptions, and messages between them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

from emulator.cloud import Environment
from emulator.errors import ServiceError, failed_precondition, invalid
from emulator.pubsub.ack_ids import check_ack_ids
from emulator.pubsub.dead_letter import dead_letter_attributes
from emulator.pubsub.delivery import Delivery, Terms
from emulator.pubsub.messages import Message
from emulator.pubsub.push import Courier
from emulator.pubsub.schema_settings import schema_attributes
from emulator.pubsub.schemas import Schemas
from emulator.pubsub.subscriptions import Subscription, Subscriptions
from emulator.pubsub.topics import DELETED_TOPIC, Topics

log = logging.getLogger(__name__)

FIRST_MESSAGE_ID = 9_000_000_000_000_001


class Broker:
    """Pub/Sub without its wire. `changed` is notified whenever something may be due.

    All methods take the environment's lock, which may be held already.
    """

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.changed = threading.Condition(env.lock)
        self.stopped = False
        self.schemas = Schemas(env.clock.now_ms)
        self.topics = Topics(self.schemas)
        self.subscriptions = Subscriptions(self.topics, self._forward)
        self._next_id = FIRST_MESSAGE_ID
        self._courier = Courier(env, self.subscriptions, self.changed)

    @property
    def push_key(self) -> bytes:
        """The public key (PEM) that verifies the tokens of authenticated push."""
        return self._courier.public_key

    def start(self) -> None:
        """Begin to push, and to notice deadlines that pass."""
        self._courier.start()

    def stop(self) -> None:
        """Push nothing any more; streams end."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        self._courier.stop()

    def publish(self, topic: str, messages: Sequence[Any]) -> list[str]:
        """Publish to every subscription whose filter lets the message through; the ids."""
        with self.changed:
            of_schema = self._schema_attributes(topic, [message.data for message in messages])
            return [
                self._publish(topic, m.data, {**m.attributes, **added}, m.ordering_key)
                for m, added in zip(messages, of_schema, strict=True)
            ]

    def _schema_attributes(self, topic: str, messages: Sequence[bytes]) -> list[dict[str, str]]:
        """What the topic's schema adds to each message; ServiceError if one does not fit it."""
        found = self.topics.get(topic)
        if not found.HasField("schema_settings"):
            return [{} for _ in messages]
        return schema_attributes(self.schemas, found.schema_settings, messages)

    def publish_from_service(self, topic: str, data: bytes, attributes: dict[str, str]) -> None:
        """A Google service publishes: no API call of a user; without the topic the entry is lost."""
        with self.changed:
            try:
                [added] = self._schema_attributes(topic, [data])
            except ServiceError as error:
                log.warning(
                    "topic %s: a message of a Google service is discarded: %s", topic, error
                )
            else:
                self._publish(topic, data, {**attributes, **added}, "")

    def _publish(self, topic: str, data: bytes, attributes: dict[str, str], key: str) -> str:
        message = Message(
            id=str(self._next_id),
            data=data,
            attributes=attributes,
            ordering_key=key,
            publish_ms=self.env.clock.now_ms(),
        )
        self._next_id += 1
        for subscription in self.subscriptions.of_topic(topic):
            if subscription.matches(attributes):
                subscription.backlog.add(message)
        self.changed.notify_all()
        return message.id

    def _forward(self, config: Any, message: Message, failures: int) -> bool:
        topic = config.dead_letter_policy.dead_letter_topic
        try:
            # assumed: what does not fit the schema of the dead-letter topic is not forwarded.
            [added] = self._schema_attributes(topic, [message.data])
        except ServiceError:
            return False
        attributes = {
            **message.attributes,
            **dead_letter_attributes(config.name, message, failures),
            **added,
        }
        # assumed: the ordering key goes along.
        self._publish(topic, message.data, attributes, message.ordering_key)
        return True

    def delete_topic(self, name: str) -> None:
        """Delete the topic; its subscriptions keep their backlog and lose their topic."""
        with self.changed:
            self.topics.delete(name)
            for subscription in self.subscriptions.of_topic(name):
                subscription.config.topic = DELETED_TOPIC

    def delete_schema(self, name: str) -> None:
        """Delete the schema; publishing to its topics fails from now on."""
        with self.changed:
            self.schemas.delete(name)
            self.topics.lose_schema(name)

    def pulled(self, name: str) -> Subscription:
        """The subscription, if it may be pulled from."""
        subscription = self.subscriptions.get(name)
        if subscription.pushes:
            raise failed_precondition("This method is not supported for this subscription type.")
        return subscription

    def take(self, subscription: Subscription, terms: Terms) -> list[Delivery]:
        """Lease messages of a subscription."""
        with self.changed:
            return subscription.backlog.take(self.env.clock.time(), terms)

    def acknowledge(self, name: str, ack_ids: Sequence[str]) -> None:
        """Acknowledge; ids that expired are accepted and change nothing."""
        with self.changed:
            backlog = self.subscriptions.get(name).backlog
            check_ack_ids(name, ack_ids)
            for ack_id in ack_ids:
                backlog.acknowledge(ack_id, self.env.clock.time())
            self.changed.notify_all()

    def modify_deadline(self, name: str, ack_ids: Sequence[str], seconds: int) -> None:
        """Move the ends of leases; 0 seconds is a nack."""
        if not 0 <= seconds <= 600:
            raise invalid(
                f"Invalid ack deadline given (seconds={seconds}): it must be between 0 and 600 seconds."
            )
        with self.changed:
            backlog = self.subscriptions.get(name).backlog
            check_ack_ids(name, ack_ids)
            now = self.env.clock.time()
            for ack_id in ack_ids:
                if seconds:
                    backlog.extend(ack_id, now, seconds)
                else:
                    backlog.nack(ack_id, now)
            self.changed.notify_all()

    def dump(self) -> dict[str, Any]:
        """Schemas, topics, subscriptions and messages as JSON."""
        with self.changed:
            return {
                "schemas": self.schemas.dump(),
                "topics": self.topics.dump(),
                "subscriptions": self.subscriptions.dump(),
                "nextMessageId": self._next_id,
            }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the schemas, the topics, the subscriptions with their messages, or several of them."""
        with self.changed:
            if unknown := set(state) - {"schemas", "topics", "subscriptions", "nextMessageId"}:
                raise invalid(
                    f"Pub/Sub has schemas, topics and subscriptions, no {sorted(unknown)}."
                )
            if "schemas" in state:
                self.schemas.load(state["schemas"])
            if "topics" in state:
                self.topics.load(state["topics"])
            if "subscriptions" in state:
                self.subscriptions.load(state["subscriptions"])
            self._next_id = max(self._next_id, state.get("nextMessageId", FIRST_MESSAGE_ID))
            self.changed.notify_all()

    def reset(self) -> None:
        """Forget everything; message ids go on, so that none comes twice."""
        self.load({"schemas": [], "topics": [], "subscriptions": []})

    def pending(self) -> list[str]:
        """Push subscriptions that still have something to deliver."""
        with self.changed:
            return [
                f"{len(each.backlog)} to push from {each.config.name}"
                for each in self.subscriptions.all()
                if each.pushes and len(each.backlog)
            ]
