"""One delivery from request to answer; the one place where an error becomes a delivery's outcome.

200: settled, or dead-lettered. 503: Pub/Sub shall deliver again, with its backoff. What nobody
expected propagates: the framework answers 500 and Pub/Sub delivers again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from shared import log
from shared.cloud_events import Message
from shared.envelope import Delivery, MalformedError, read_log_entry, read_push
from shared.envelope import Message as PushMessage
from shared.errors import PermanentError, RetryableError
from shared.outcome import Outcome
from shared.ports import Publisher
from shared.registry_events import Cause

_DETAIL_BYTES = 1024
_ATTRIBUTES = 100  # Pub/Sub allows no more (https://cloud.google.com/pubsub/quotas)
_SEVERITY = {"rejected": "WARNING", "ignored": "DEBUG"}

Answer = tuple[str, int]
UseCase = Callable[[Mapping[str, Any], str], tuple[Outcome, Cause]]


class Entrypoint(Struct, frozen=True, kw_only=True):
    """Answers deliveries of one function: its use case, and where its dead letters go.

    The use case gets a log entry and a traceparent; `publisher` is called to get one when needed.
    """

    use_case: UseCase
    publisher: Callable[[], Publisher]
    dead_letter_topic: str
    project: str

    def answer(self, body: bytes, traceparent: str) -> Answer:
        """The answer to a push request with this body and W3C trace header."""
        delivery, malformed = _opened(body)
        try:
            return self._run(delivery, malformed, traceparent)
        except RetryableError as error:
            self._log("WARNING", error.reason.meaning, delivery, traceparent, **_refused(error))
            return "try again later", 503

    def _run(self, delivery: Delivery, malformed: MalformedError | None, trace: str) -> Answer:
        try:
            if malformed:
                raise malformed
            outcome, cause = self.use_case(read_log_entry(delivery.message.data), trace)
        except PermanentError as error:
            self._dead_letter(delivery, error)
            self._log("ERROR", error.reason.meaning, delivery, trace, **_refused(error))
            return "dead-lettered", 200
        severity = _SEVERITY.get(outcome.reason.outcome, "INFO")
        self._log(severity, outcome.reason.meaning, delivery, trace, **_told(outcome, cause))
        return "", 200

    def _dead_letter(self, delivery: Delivery, error: PermanentError) -> None:
        letter = dead_letter(delivery, error)
        try:
            self.publisher().publish(self.dead_letter_topic, [letter])
        except PermanentError as also:
            # Nothing may be lost: while even this topic is out of reach, Pub/Sub keeps the message.
            raise RetryableError(error.reason, f"{error.detail}; no dead letter: {also}") from also

    def _log(
        self, severity: str, message: str, delivery: Delivery, trace: str, **fields: object
    ) -> None:
        log.write(
            severity,
            message,
            **fields,
            message_id=delivery.message.message_id,
            attempt=delivery.delivery_attempt or None,
            **log.trace_field(trace, self.project),
        )


def _opened(body: bytes) -> tuple[Delivery, MalformedError | None]:
    """The delivery; for unreadable bytes one that carries them as they came, and what is wrong."""
    try:
        return read_push(body), None
    except MalformedError as error:
        return Delivery(message=PushMessage(data=body)), error


def dead_letter(delivery: Delivery, error: PermanentError) -> Message:
    """The original bytes and attributes, with why they are here and when they were first published."""
    original = delivery.message.attributes
    told = {
        "dl-reason": error.reason.name,
        "dl-detail": error.detail.encode()[:_DETAIL_BYTES].decode(errors="ignore"),
        # Of a letter that was redriven and failed again: the first time counts.
        "dl-publishtime": original.get("dl-publishtime") or delivery.message.publish_time,
    }
    kept = {key: value for key, value in original.items() if key not in told}
    room = dict(list(kept.items())[: _ATTRIBUTES - len(told)])
    return Message(delivery.message.data, {**room, **{k: v for k, v in told.items() if v}})


def _told(outcome: Outcome, cause: Cause) -> dict[str, object]:
    return {
        "decision": outcome.reason.outcome,
        "reason": outcome.reason.name,
        "model": str(outcome.name) if outcome.name else "",
        "resource": outcome.resource,
        "rule": outcome.rule,
        "vertex": outcome.vertex,
        "detail": outcome.detail,
        "announced": outcome.announced,
        "event_ids": outcome.event_ids,
        "cause_id": cause.id,
    }


def _refused(error: RetryableError | PermanentError) -> dict[str, object]:
    return {
        "decision": error.reason.outcome,
        "reason": error.reason.name,
        "model": error.model,
        "rule": error.rule,
        "detail": error.detail[:_DETAIL_BYTES],
        "event_ids": error.event_ids,
        "cause_id": error.cause_id,
    }
