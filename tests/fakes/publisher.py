"""A fake of the port `Publisher`: topics that keep what is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bqml_registrar.messages.outgoing import OutgoingMessage

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


class FakePublisher:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def publish(self, topic: str, messages: Sequence[OutgoingMessage]) -> None:
        self._google.enter("Publish")
        self._google.published.setdefault(topic, []).extend(messages)
