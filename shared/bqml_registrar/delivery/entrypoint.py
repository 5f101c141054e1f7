"""Answers deliveries; the only place where an error becomes a delivery's answer.

200: done, or dead-lettered. 503: Pub/Sub delivers again, with its backoff. An unexpected error
propagates: the framework answers 500 and Pub/Sub delivers again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from bqml_registrar import AGENT, VERSION
from bqml_registrar.delivery import log
from bqml_registrar.delivery.dead_letters import DETAIL_BYTES, LARGEST_BODY, dead_letter, digest
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.envelopes import read_delivery, received
from bqml_registrar.messages.received import Delivery, ReceivedMessage
from bqml_registrar.names import ModelName
from bqml_registrar.ports import Publisher
from bqml_registrar.reasons import Reason

_SEVERITY = {"rejected": "WARNING", "blocked": "WARNING", "cancelled": "NOTICE", "ignored": "DEBUG"}
_ALLOWED = {"Allow": "GET, HEAD, POST"}

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]
UseCase = Callable[[ReceivedMessage, str], tuple[Outcome, Cause]]


class Entrypoint(Struct, frozen=True, kw_only=True):
    """Answers deliveries of one function: its use case, and where its dead letters go.

    The use case gets a message and a traceparent; `publisher` is called to get one when needed.
    `dry_run`: nothing that the log states was done.
    """

    use_case: UseCase
    publisher: Callable[[], Publisher]
    dead_letter_topic: str
    project: str
    dry_run: bool = False

    def answer(self, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        """The answer to a request, on any path: deliveries come by POST to any of them.

        The names of headers are in lower case.
        """
        if method in ("GET", "HEAD"):
            return f"{AGENT} {VERSION}\n", 200  # a health check
        request = _Request(self, headers.get("traceparent", ""))
        if method != "POST":
            request.log("DEBUG", Reason.NOT_A_DELIVERY, detail=f"a {method[:20]} request")
            return "deliveries come by POST", 405, _ALLOWED
        if len(body) > LARGEST_BODY:
            # Larger than any message: it did not come from Pub/Sub and cannot be published.
            request.log("ERROR", Reason.BODY_TOO_LARGE, detail=digest(body))
            return "larger than any message", 200
        try:
            return self._run(request, body, headers)
        except RetryableError as error:
            request.log("WARNING", error.reason, **_failure(error))
            return "try again later", 503

    def _run(self, request: _Request, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            request.delivery = read_delivery(body, headers)
            outcome, cause = self.use_case(request.delivery.message, request.trace)
        except PermanentError as error:
            # If not even the envelope can be read, the dead letter is the request as it came.
            request.delivery = request.delivery or Delivery(message=received(body, headers))
            kept = self._dead_letter(request.delivery, error)
            request.log("ERROR", error.reason, **_failure(error), lost="" if kept else digest(body))
            return "dead-lettered" if kept else "larger than any message", 200
        for failure in outcome.failures:
            request.log("WARNING", failure.reason, **_failure(failure))
        for note in outcome.notes:
            about = str(note.name or outcome.name or "")
            request.log("WARNING", note.reason, model=about, detail=note.detail, cause_id=cause.id)
        severity = _SEVERITY.get(outcome.decision, "INFO")
        request.log(severity, outcome.reason, **_ending(outcome, cause))
        return "", 200

    def _dead_letter(self, delivery: Delivery, error: PermanentError) -> bool:
        """Publish a dead letter; False if the request is too large for a message."""
        topic = self.dead_letter_topic
        letter = dead_letter(topic, delivery.message, error)
        if letter is None:
            return False
        try:
            self.publisher().publish(topic, [letter])
        except PermanentError as also:
            # Nothing may be lost: while this topic fails as well, Pub/Sub keeps the message.
            raise RetryableError(error.reason, f"{error.detail}; no dead letter: {also}") from also
        return True


class _Request:
    """Writes the log lines of one request, with the fields that they share."""

    def __init__(self, entrypoint: Entrypoint, trace: str) -> None:
        self._project = entrypoint.project
        self._dry_run = entrypoint.dry_run
        self.trace = trace
        self.delivery: Delivery | None = None

    def log(self, severity: str, reason: Reason, **fields: object) -> None:
        delivery = self.delivery
        about = {"decision": reason.outcome, "reason": reason.name, **fields}
        log.write(
            severity,
            reason.meaning,
            **about,
            dry_run=self._dry_run or None,
            message_id=delivery.message.message_id if delivery else "",
            attempt=(delivery.delivery_attempt if delivery else 0) or None,
            **log.trace_field(self.trace, self._project),
        )


def _ending(outcome: Outcome, cause: Cause) -> dict[str, object]:
    is_model = isinstance(outcome.name, ModelName)
    return {
        "decision": outcome.decision,
        "model": str(outcome.name) if is_model else "",
        "resource": outcome.resource if is_model else str(outcome.name or outcome.resource),
        "rule": outcome.rule,
        "vertex": outcome.vertex,
        "detail": outcome.detail,
        "counts": outcome.counts,
        "announced": outcome.announced,
        "event_ids": outcome.event_ids,
        "cause_id": cause.id,
    }


def _failure(error: DeliveryError) -> dict[str, object]:
    return {
        "model": error.context.model,
        "rule": error.context.rule,
        "detail": error.detail[:DETAIL_BYTES],
        "announced": error.context.announced,
        "event_ids": error.context.event_ids,
        "cause_id": error.context.cause_id,
    }
