"""Deliveries about one model at the same time, on one instance."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from builders import CHURN, a_model
from fakes import FakeGoogle
from msgspec.structs import replace
from settling import LABELLED, a_change, a_context, types

from shared.audit_log import Kind
from shared.context import Context
from shared.errors import PermanentError, RetryableError
from shared.names import ModelName
from shared.outcome import Outcome
from shared.reasons import Reason
from shared.registration import register_model
from shared.registry_events import Cause
from shared.turns import Turns


def deliver(context: Context, kind: Kind = Kind.CREATED) -> Outcome:
    return register_model(a_change(kind), Cause(id="log-entry-1"), context)


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

    outcome = deliver(context)

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

    outcome = deliver(context)

    (version,) = google.versions.values()
    assert set(version.aliases) == {"default", "champion"}
    assert set(outcome.announced) == {
        "model.v1.registered",
        "alias.v1.assigned",
        "alias.v1.removed",
    }


def test_a_delivery_that_only_a_person_could_mend_looks_again_for_one_that_handed_over() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context = a_context(google)

    def refused_while_another_comes() -> None:
        deliver(context)
        raise PermanentError(Reason.PERMISSION_DENIED, "granted by now")

    meanwhile(google, "models.patch", refused_while_another_comes)

    assert deliver(context).reason is Reason.RULE_MATCHED


def test_after_a_failure_the_next_delivery_has_its_turn() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context = a_context(google)

    def down() -> None:
        deliver(context)
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    meanwhile(google, "models.patch", down)
    with pytest.raises(RetryableError):
        deliver(context)

    assert deliver(context).reason is Reason.RULE_MATCHED


def test_a_deletion_is_announced_also_while_another_delivery_is_at_work() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    context = a_context(google)
    meanwhile(google, "models.patch", lambda: deliver(context, Kind.DELETED))

    deliver(context)

    assert "model.v1.deleted" in types(google)


@pytest.mark.parametrize("fails", [False, True], ids=["settled", "failed"])
def test_a_turn_that_begins_when_this_one_ends_is_left_alone(fails: bool) -> None:
    class Eager(Turns):
        """Somebody else takes the turn at once."""

        def is_over(self, name: ModelName) -> bool:
            return super().is_over(name) and self.take(name)

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "no")

    google = FakeGoogle(a_model(labels=LABELLED))
    context = replace(a_context(google), turns=Eager())
    google.before = {"models.patch": refuse} if fails else {}

    with suppress(PermanentError):
        deliver(context)

    assert not context.turns.take(CHURN)


def test_of_many_threads_one_works_at_a_time_and_none_is_forgotten() -> None:
    turns, asked, seen = Turns(), [0], []

    def work() -> None:
        asked[0] += 1
        if not turns.take(CHURN):
            return
        while True:
            seen.append(asked[0])
            if turns.is_over(CHURN):
                return

    threads = [threading.Thread(target=work) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)

    assert seen[-1] == 200
    assert turns.take(CHURN)
