"""Deliveries about one model at the same time, on one instance."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.in_flight import InFlight, Role
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import JobName, ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Retirement
from bqml_registrar.policy.facts import Source
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.use_case import register_model
from bqml_registrar.resources.models import BigQueryModel, Origin
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import JOB, LABELLED, a_change, a_context, settle, types


def deliver(
    context: Context, kind: ChangeKind = ChangeKind.CREATED, message_id: str = "2"
) -> Outcome:
    return register_model(a_change(kind), Cause(id="entry", message_id=message_id), context)


def deliver_first(context: Context) -> Outcome:
    """The delivery during which others come."""
    return deliver(context, message_id="1")


def meanwhile(google: FakeGoogle, call: str, what: Callable[[], object]) -> None:
    """Something happens once, just before a call."""

    def happen() -> None:
        del google.before[call]
        what()

    google.before[call] = happen


def test_a_delivery_hands_over_to_the_one_that_is_at_work_and_calls_nothing() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context, handed_over, called = a_context(google), [], []

    def second() -> None:
        calls = len(google.calls)
        handed_over.append(deliver(context).reason)
        called.extend(google.calls[calls:])

    meanwhile(google, "models.patch", second)

    outcome = deliver_first(context)

    assert outcome.reason is Reason.RULE_MATCHED
    assert handed_over == [Reason.UNDER_WAY]
    assert called == []
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_what_a_handed_over_delivery_was_about_is_done_before_the_first_one_ends() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context = a_context(google)

    def relabel_and_deliver() -> None:
        labels = {**google.models[CHURN].labels, "stage": "champion"}
        google.models[CHURN] = replace(google.models[CHURN], labels=labels, etag="human")
        deliver(context)

    meanwhile(google, "Publish", relabel_and_deliver)

    outcome = deliver_first(context)

    (version,) = google.versions.values()
    assert set(version.aliases) == {"default", "champion"}
    assert set(outcome.announced) == {
        "model.v1.registered",
        "alias.v1.assigned",
        "alias.v1.removed",
    }


def test_the_log_says_why_it_registered_not_that_the_second_look_found_it_done() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    google.models[CHURN] = google.register(google.models[CHURN], "by-hand")
    context = a_context(google)
    meanwhile(google, "Publish", lambda: deliver(context))

    outcome = deliver_first(context)

    assert outcome.reason is Reason.ALREADY_REGISTERED
    assert outcome.announced == ("model.v1.registered", "alias.v1.assigned")


@pytest.mark.parametrize("message_id", ["1", ""], ids=["the same message", "an unknown message"])
def test_a_delivery_that_may_be_a_redelivery_of_the_one_at_work_is_not_handed_over(
    message_id: str,
) -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context, reasons = a_context(google), []

    def redelivered() -> None:
        reasons.append(deliver(context, message_id=message_id).reason)
        reasons.append(deliver(context, message_id="3").reason)

    meanwhile(google, "models.patch", redelivered)

    deliver_first(context)

    assert reasons == [Reason.RULE_MATCHED, Reason.RULE_MATCHED]


def test_a_delivery_that_only_a_person_could_mend_looks_again_for_one_that_handed_over() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context = a_context(google)

    def refused_while_another_comes() -> None:
        deliver(context)
        raise PermanentError(Reason.PERMISSION_DENIED, "granted by now")

    meanwhile(google, "models.patch", refused_while_another_comes)

    assert deliver_first(context).reason is Reason.RULE_MATCHED


def test_after_a_failure_the_next_delivery_has_its_turn() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context = a_context(google)

    def down() -> None:
        deliver(context)
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    meanwhile(google, "models.patch", down)
    with pytest.raises(RetryableError):
        deliver_first(context)

    assert deliver_first(context).reason is Reason.RULE_MATCHED


def test_the_creating_job_that_only_a_handed_over_delivery_names_is_asked() -> None:
    google = FakeGoogle(a_model())
    asked_for, origin = [], google.catalog.origin
    labels = {"vertex": "register"}
    google.jobs.append((JOB, CHURN, Origin(job=JOB, creator="ana@example.com", labels=labels)))

    def only_named(model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        asked_for.append(created_by)
        if created_by is None:
            deliver(context)
            return None
        return origin(model, created_by)

    google.catalog.origin = only_named  # type: ignore[method-assign]
    by_job = a_policy(label_sources=(Source.MODEL, Source.JOB))
    context = a_context(google, by_job)
    change = a_change(ChangeKind.CHANGED, created_by=None)

    outcome = register_model(change, Cause(id="entry", message_id="1"), context)

    assert asked_for[:2] == [None, JOB]
    assert outcome.reason is Reason.RULE_MATCHED


def test_a_stream_of_deliveries_does_not_keep_one_at_work_for_ever() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context, reasons = a_context(google), []
    enter = google.enter

    def another_comes(call: str) -> None:
        enter(call)
        if call == "models.get" and len(reasons) < 20:
            reasons.append(None)
            reasons[-1] = deliver(context, message_id=str(len(reasons) + 1)).reason

    google.enter = another_comes  # type: ignore[method-assign]

    deliver_first(context)

    assert reasons.count(Reason.UNDER_WAY) < 20


def test_a_deletion_is_announced_also_while_another_delivery_is_at_work() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.drop(CHURN)
    google.models[CHURN] = a_model(labels=LABELLED, created=CREATED + timedelta(hours=1))
    context = a_context(google)
    meanwhile(google, "models.patch", lambda: deliver(context, ChangeKind.DELETED))

    deliver_first(context)

    assert types(google).count("model.v1.deleted") == 1
    assert types(google).count("alias.v1.assigned") == 2


@pytest.mark.parametrize("fails", [False, True], ids=["settled", "failed"])
def test_a_turn_that_begins_when_this_one_ends_is_left_alone(fails: bool) -> None:
    class Eager(InFlight):
        """Somebody else takes the turn at once."""

        def is_finished(self, name: ModelName) -> bool:
            return super().is_finished(name) and self.join(name, "2") is Role.LEADS

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "no")

    google = FakeGoogle(a_model(labels=LABELLED))
    context = replace(a_context(google), in_flight=Eager())
    google.before = {"models.patch": refuse} if fails else {}

    with suppress(PermanentError):
        deliver_first(context)

    assert context.in_flight.join(CHURN, "3") is Role.FOLLOWS


def test_what_a_look_retired_stays_the_outcome_though_the_next_look_finds_it_done() -> None:
    google = FakeGoogle(a_model(labels={**LABELLED, "retire": "true"}))
    rules = CleanupRules(retirement=Retirement())
    context = a_context(google, a_policy(a_rule(cleanup=rules)))
    meanwhile(google, "models.patch", lambda: deliver(context))

    outcome = deliver_first(context)

    assert outcome.reason is Reason.RETIRING
