"""The use case of `cleanup_endpoints`: from a message, a request or a log entry, to the outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.refusals import Refusal, detect_refusal
from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.cleanup.attempt import CleanupAttempt
from bqml_registrar.cleanup.events import unknown_model
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.cleanup.intent.requests import read_request
from bqml_registrar.cleanup.refused_models import refused_models
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.errors import DeliveryError, retried_if_stale, worst
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.envelopes import read_content
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.reasons import Reason

INTENT_KINDS = {
    RefusedStatement.DROP_MODEL: IntentKind.REFUSED_DROP,
    RefusedStatement.REPLACE_MODEL: IntentKind.REFUSED_REPLACE,
    RefusedStatement.DROP_SCHEMA: IntentKind.REFUSED_DATASET,
}


def cleaner(context: Context) -> Callable[[ReceivedMessage, str], tuple[Outcome, Cause]]:
    """The use case of one function instance: from a message and a traceparent to the outcome."""

    def handle(message: ReceivedMessage, traceparent: str) -> tuple[Outcome, Cause]:
        cause = Cause(id=message.message_id, traceparent=traceparent, message_id=message.message_id)
        content = read_content(message)
        if isinstance(content, ReceivedMessage):
            intent = read_request(content.data, content.attributes, content.publish_time)
            return clean_up(intent, cause, context), cause
        refusal = detect_refusal(content, ignore_echo=context.ignore_echo)
        if isinstance(refusal, Ignored):
            ignored = Outcome(reason=refusal.reason, resource=refusal.resource)
            return ignored, replace(cause, id="")
        cause = replace(cause, id=refusal.cause_id)
        return _follow(refusal, cause, context), cause

    return handle


def _follow(refusal: Refusal, cause: Cause, context: Context) -> Outcome:
    """Clean up each model of a refusal, even if one of them fails."""
    try:
        with retried_if_stale():
            statement, names = refused_models(refusal, context)
    except DeliveryError as error:
        raise error.about(cause_id=cause.id) from error
    kind = INTENT_KINDS[statement]
    names = tuple(name for name in names if not name.dataset.startswith("_"))
    if not names:
        return _unknown(refusal, kind, cause, context)
    intents = [
        DeletionIntent(name=name, kind=kind, key=refusal.key, meant_at=refusal.at, deletes=False)
        for name in names
    ]
    tasks = [partial(_outcome, intent, cause, context) for intent in intents]
    outcomes = list(in_parallel(tasks, context.workers))
    failures = [outcome for outcome in outcomes if isinstance(outcome, DeliveryError)]
    if failures:
        announced, event_ids = _announced(outcomes)
        raise worst(failures).about(announced=announced, event_ids=event_ids)
    return _together([outcome for outcome in outcomes if isinstance(outcome, Outcome)])


def _outcome(intent: DeletionIntent, cause: Cause, context: Context) -> Outcome | DeliveryError:
    try:
        return clean_up(intent, cause, context)
    except DeliveryError as error:
        return error


def _together(outcomes: list[Outcome]) -> Outcome:
    """One outcome for the log: the last model's, with the announced events of all models."""
    outcomes = sorted(outcomes, key=lambda outcome: str(outcome.name))
    announced, event_ids = _announced(outcomes)
    return replace(outcomes[-1], announced=announced, event_ids=event_ids)


def _announced(
    outcomes: Sequence[Outcome | DeliveryError],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Types and ids of the events of all outcomes."""
    ends = [end.context if isinstance(end, DeliveryError) else end for end in outcomes]
    announced = tuple(kind for end in ends for kind in end.announced)
    return announced, tuple(id_ for end in ends for id_ in end.event_ids)


def _unknown(refusal: Refusal, kind: IntentKind, cause: Cause, context: Context) -> Outcome:
    about = refusal.dataset or refusal.job
    publisher = EventPublisher(cause, context)
    detail = f"deployed at {', '.join(map(str, refusal.endpoints))}" if refusal.endpoints else ""
    if about:
        blocked = unknown_model(about, kind, refusal.key, detail, dry_run=context.dry_run)
        publisher.publish_unless_recent(blocked)
    outcome = Outcome(reason=Reason.MODEL_UNKNOWN, name=about, detail=detail)
    return outcome.with_events(publisher.announced)


def clean_up(intent: DeletionIntent, cause: Cause, context: Context) -> Outcome:
    """Advance an intent by one delivery, and announce what changed.

    Raises RetryableError if a retry can help, PermanentError if only a person can.
    """
    if intent.is_continuation:
        return _clean_up(intent, cause, context)
    with context.claims.claim(f"{intent.name} {intent.key}", cause.message_id) as is_ours:
        if is_ours:
            return _clean_up(intent, cause, context)
    return Outcome(reason=Reason.UNDER_WAY, name=intent.name)


def _clean_up(intent: DeletionIntent, cause: Cause, context: Context) -> Outcome:
    attempt = CleanupAttempt(intent, cause, context)
    try:
        with retried_if_stale():
            return attempt.run()
    except DeliveryError as error:
        raise attempt.publisher.failed(error, attempt.name, attempt.model, attempt.rule) from error
