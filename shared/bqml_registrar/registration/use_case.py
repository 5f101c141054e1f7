"""The use case of `register_model`: from a message to the outcome of its delivery.

Of the concurrent deliveries about one model in one instance, one leads and the others follow it
(docs/adr/0006).
"""

from __future__ import annotations

from collections.abc import Callable

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import Companions
from bqml_registrar.delivery.in_flight import InFlight, Role
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, PermanentError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.envelopes import read_entry
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.attempt import RegistrationAttempt
from bqml_registrar.registration.detection import detect_change
from bqml_registrar.registration.subject import Swept

# After these outcomes, a second assessment of the model finds nothing to do: `registered`.
_LASTING_OUTCOMES = ("registered", "requested", "cancelled", "blocked")


def register_model(
    change: ModelChanged,
    cause: Cause,
    context: Context,
    companions: Companions | None = None,
    sweep: Swept | None = None,
) -> Outcome:
    """Make the registry hold the model as the policy says, and announce what that changed.

    `companions` gives the events to publish together with its own, `sweep` what a sweep adds.

    Raises RetryableError if a retry can help, PermanentError (announced as `model.v1.failed`) if
    only a person can.
    """
    attempt = RegistrationAttempt(change, cause, context, companions, sweep)
    try:
        attempt.announce_deletion()
        return _coalesced(attempt, change, cause, context.in_flight)
    except DeliveryError as error:
        raise attempt.failed(error) from error


def registrar(context: Context) -> Callable[[ReceivedMessage, str], tuple[Outcome, Cause]]:
    """The use case of one function instance: from a message and a traceparent to the outcome."""

    def handle(message: ReceivedMessage, traceparent: str) -> tuple[Outcome, Cause]:
        detected = detect_change(read_entry(message), context)
        if isinstance(detected, Ignored):
            ignored = Outcome(reason=detected.reason, resource=detected.resource)
            return ignored, Cause(id="", traceparent=traceparent)
        cause = Cause(id=detected.cause_id, traceparent=traceparent, message_id=message.message_id)
        return register_model(detected, cause, context), cause

    return handle


def _coalesced(
    attempt: RegistrationAttempt, change: ModelChanged, cause: Cause, in_flight: InFlight
) -> Outcome:
    """Run as the leader of all followers, or alone; or follow."""
    match in_flight.join(change.name, cause.message_id, change.created_by):
        case Role.FOLLOWS:
            return Outcome(reason=Reason.UNDER_WAY, name=change.name)
        case Role.ALONE:
            return attempt.run()
    return _run_for_all(attempt, change.name, in_flight)


def _run_for_all(attempt: RegistrationAttempt, name: ModelName, in_flight: InFlight) -> Outcome:
    """Run, and once more while followers join."""
    is_finished = False
    outcome: Outcome | None = None
    try:
        while True:
            try:
                outcome = _of_both(outcome, attempt.run(in_flight.created_by(name)))
            except PermanentError:
                # What the followers are about may fix it.
                if is_finished := in_flight.is_finished(name):
                    raise
            else:
                if is_finished := in_flight.is_finished(name):
                    return outcome
    finally:
        if not is_finished:
            in_flight.abandon(name)


def _of_both(first: Outcome | None, second: Outcome) -> Outcome:
    """The outcome of two runs: the first, if the second one only found its work done."""
    if first is None or first.announced != second.announced:
        return second
    is_done = first.decision in _LASTING_OUTCOMES and second.decision == "registered"
    return first if is_done else second
