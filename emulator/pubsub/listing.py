"""The list calls, page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from google.pubsub_v1 import types

from emulator.errors import invalid
from emulator.grpc_wire import raw_type
from emulator.pubsub.broker import Broker
from emulator.pubsub.names import check_project, project_of

MAX_PAGE = 1000


def topics(broker: Broker, request: Any) -> Any:
    """Topics of a project."""
    names = of_project(broker.topics.names(), request.project)
    page, token = page_of(names, request)
    return raw_type(types.ListTopicsResponse)(
        topics=[broker.topics.get(name) for name in page], next_page_token=token
    )


def topic_subscriptions(broker: Broker, request: Any) -> Any:
    """Names of the subscriptions attached to a topic."""
    broker.topics.get(request.topic)
    attached = broker.subscriptions.of_topic(request.topic)
    page, token = page_of([each.config.name for each in attached], request)
    return raw_type(types.ListTopicSubscriptionsResponse)(subscriptions=page, next_page_token=token)


def subscriptions(broker: Broker, request: Any) -> Any:
    """Subscriptions of a project."""
    every = [each.config.name for each in broker.subscriptions.all()]
    page, token = page_of(of_project(every, request.project), request)
    return raw_type(types.ListSubscriptionsResponse)(
        subscriptions=[broker.subscriptions.get(name).config for name in page],
        next_page_token=token,
    )


def of_project(names: Iterable[str], project: str) -> list[str]:
    """The names that belong to `projects/ID`."""
    wanted = check_project(project)
    return [name for name in names if project_of(name) == wanted]


def page_of(names: Iterable[str], request: Any) -> tuple[list[str], str]:
    """Names in alphabetical order after the token's, and the next token ("" at the end)."""
    if request.page_size < 0:
        raise invalid(f"Invalid page size given (page_size={request.page_size}).")
    try:
        seen = base64.urlsafe_b64decode(request.page_token).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid(f"Invalid page token given (page_token={request.page_token}).") from error
    rest = sorted(name for name in names if name > seen)
    size = min(request.page_size or MAX_PAGE, MAX_PAGE)
    more = len(rest) > size
    return rest[:size], base64.urlsafe_b64encode(rest[size - 1].encode()).decode() if more else ""
