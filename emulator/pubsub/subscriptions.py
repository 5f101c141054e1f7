"""Subscriptions: configuration, filter and backlog together, and their life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask

from emulator.pubsub.backlog import Backlog
from emulator.pubsub.fields import merge, need_paths
from emulator.pubsub.filters import compile_filter
from emulator.pubsub.messages import Message
from emulator.pubsub.names import check_name, missing, taken
from emulator.pubsub.subscription_config import UPDATABLE, complete, seconds
from emulator.pubsub.subscription_config import Subscription as Config
from emulator.pubsub.topics import Topics

# https://cloud.google.com/pubsub/docs/push#push_backoff
PUSH_BACKOFF = (0.1, 60.0)

Bury = Callable[[Any, Message, int], bool]


class Subscription:
    """One subscription; implements the rules of its own backlog."""

    def __init__(self, config: Any, bury: Bury) -> None:
        self.config = config
        self.matches = compile_filter(config.filter)
        self.backlog = Backlog(self, config.name)
        self.in_flight = 0
        self._bury = bury

    @property
    def pushes(self) -> bool:
        """Whether messages are pushed to an endpoint."""
        return bool(self.config.push_config.push_endpoint)

    @property
    def ordered(self) -> bool:
        """Whether ordering keys are respected."""
        return bool(self.config.enable_message_ordering)

    @property
    def retention(self) -> float:
        """Seconds that a message is kept."""
        return seconds(self.config.message_retention_duration)

    def retry_delay(self, failures: int) -> float:
        """Seconds to wait after so many failures: exponential, between two bounds."""
        if self.config.HasField("retry_policy"):
            policy = self.config.retry_policy
            least, most = seconds(policy.minimum_backoff), seconds(policy.maximum_backoff)
        elif self.pushes:
            least, most = PUSH_BACKOFF
        else:
            return 0.0
        return float(min(least * 2 ** min(failures - 1, 40), most))

    def attempt(self, attempt: int) -> int:
        """The delivery attempt as it is reported: only with a dead-letter policy."""
        return attempt if self.config.HasField("dead_letter_policy") else 0

    def bury(self, message: Message, failures: int) -> bool:
        """Forward the message to the dead-letter topic if it is time; whether that was done."""
        policy = self.config.dead_letter_policy
        if (
            not self.config.HasField("dead_letter_policy")
            or failures < policy.max_delivery_attempts
        ):
            return False
        return self._bury(self.config, message, failures)


class Subscriptions:
    """All subscriptions by name; the caller holds the lock."""

    def __init__(self, topics: Topics, bury: Bury) -> None:
        self._topics = topics
        self._bury = bury
        self._subscriptions: dict[str, Subscription] = {}

    def all(self) -> list[Subscription]:
        """Every subscription."""
        return list(self._subscriptions.values())

    def lives(self, subscription: Subscription) -> bool:
        """Whether it is still there: not deleted, nor replaced by a loaded state."""
        return self._subscriptions.get(subscription.config.name) is subscription

    def of_topic(self, topic: str) -> list[Subscription]:
        """Those attached to a topic."""
        return [each for each in self.all() if each.config.topic == topic]

    def create(self, request: Any) -> Any:
        """A new subscription's configuration; it sees what is published from now on."""
        config = Config()
        config.CopyFrom(request)
        complete(config)
        if config.name in self._subscriptions:
            raise taken(config.name)
        self._topics.get(config.topic)
        self._need_dead_letter_topic(config)
        self._subscriptions[config.name] = Subscription(config, self._bury)
        return config

    def get(self, name: str) -> Subscription:
        """The subscription, or NOT_FOUND."""
        check_name(name, "subscriptions")
        if name not in self._subscriptions:
            raise missing(name)
        return self._subscriptions[name]

    def update(self, wanted: Any, mask: Any) -> Any:
        """Change what the mask names."""
        subscription = self.get(wanted.name)
        need_paths(mask, "Subscription")
        config = complete(merge(subscription.config, wanted, mask, UPDATABLE))
        self._need_dead_letter_topic(config)
        subscription.config = config
        return config

    def modify_push(self, name: str, push_config: Any) -> None:
        """Replace the push configuration; an empty one makes it a pull subscription."""
        self.update(Config(name=name, push_config=push_config), FieldMask(paths=["push_config"]))

    def delete(self, name: str) -> None:
        """Forget the subscription and its backlog; its streams end."""
        self.get(name)
        del self._subscriptions[name]

    def _need_dead_letter_topic(self, config: Any) -> None:
        if config.HasField("dead_letter_policy"):
            self._topics.get(config.dead_letter_policy.dead_letter_topic)

    def dump(self) -> list[dict[str, Any]]:
        """All subscriptions and what they have not delivered, as JSON."""
        return [
            {"config": json_format.MessageToDict(each.config), "messages": each.backlog.dump()}
            for each in self.all()
        ]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Replace all subscriptions."""
        self._subscriptions = {}
        for item in state:
            config = complete(json_format.ParseDict(item["config"], Config()))
            subscription = self._subscriptions[config.name] = Subscription(config, self._bury)
            subscription.backlog.load(item.get("messages", []))
