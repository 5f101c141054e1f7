"""What a message tells of its past when it is forwarded to a dead-letter topic.

https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic
"""

from __future__ import annotations

from emulator.pubsub.messages import Message
from emulator.pubsub.names import id_of, project_of


def dead_letter_attributes(subscription: str, message: Message, attempts: int) -> dict[str, str]:
    """The attributes that the service adds."""
    return {
        "CloudPubSubDeadLetterSourceDeliveryCount": str(attempts),
        "CloudPubSubDeadLetterSourceSubscription": id_of(subscription),
        "CloudPubSubDeadLetterSourceSubscriptionProject": project_of(subscription),
        "CloudPubSubDeadLetterSourceTopicPublishTime": message.published.isoformat(
            timespec="milliseconds"
        ),
    }
