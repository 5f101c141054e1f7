"""A model that is gone: announced with what is remembered of its version, where it had one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.model_document import TOMBSTONE
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.rules import Match
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.use_case import register_model
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    TOPIC,
    a_change,
    a_context,
    alias_by_hand,
    announced,
    document,
    settle,
    types,
)

DROPPED = a_change(ChangeKind.DELETED, at=CREATED + timedelta(minutes=10))
GONE = {
    "name": f"{a_version().name}",
    "generation": a_model().generation,
    "aliases": ["eu-test"],
}


def deliver(google: FakeGoogle, context: Context | None = None, **changes: Any) -> Any:
    change = replace(DROPPED, **changes)
    return register_model(change, Cause(id="log-entry-2"), context or a_context(google))


def registered() -> FakeGoogle:
    """`churn` in the registry, with an alias of a person's."""
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    alias_by_hand(google, "eu-test")
    settle(google)
    google.published.clear()
    return google


def dropped() -> FakeGoogle:
    google = registered()
    google.clock.time = DROPPED.at
    google.drop(CHURN)
    return google


def told(google: FakeGoogle) -> list[dict[str, Any]]:
    """The data of every deletion that was announced."""
    return [
        json.loads(message.data)
        for message in google.published.get(TOPIC, [])
        if message.attributes["ce-type"].endswith("deleted")
    ]


def test_a_dropped_model_is_announced_with_what_is_remembered_of_its_version() -> None:
    google = dropped()

    outcome = deliver(google)

    (message,) = google.published[TOPIC]
    assert outcome.reason is Reason.MODEL_DELETED
    assert message.attributes["ce-type"] == "bqml.registrar.model.v1.deleted"
    assert message.attributes["ce-model"] == "churn"
    assert json.loads(message.data)["gone"] == GONE


def test_what_is_left_is_a_tombstone_for_entries_that_come_late() -> None:
    google = dropped()

    deliver(google)

    kept = document(google)
    assert (kept.gone_at, kept.expire_at) == (DROPPED.at, DROPPED.at + TOMBSTONE)
    assert kept.transitions == ()


def test_what_nobody_remembers_is_only_logged() -> None:
    google = FakeGoogle()

    outcome = deliver(google)

    assert outcome.reason is Reason.MODEL_DELETED
    assert google.published == {}
    assert "Commit" not in google.calls


def test_a_model_that_was_never_registered_goes_in_silence() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))
    settle(google)
    google.published.clear()
    google.drop(CHURN)

    deliver(google)

    assert google.published == {}
    assert document(google).gone_at == DROPPED.at


@pytest.mark.parametrize("is_same_instance", [True, False])
def test_a_second_copy_of_the_entry_is_not_announced_again(is_same_instance: bool) -> None:
    google = dropped()
    context = a_context(google)

    outcomes = [deliver(google, context)]
    outcomes.append(deliver(google, context if is_same_instance else None))

    assert types(google) == ["model.v1.deleted"]
    assert [outcome.announced for outcome in outcomes] == [("model.v1.deleted",), ()]


def test_a_deletion_that_could_not_be_announced_is_announced_by_the_redelivery() -> None:
    google = dropped()

    def fail() -> None:
        del google.before["Publish"]
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    google.before["Publish"] = fail
    with pytest.raises(RetryableError):
        deliver(google)

    deliver(google)

    assert types(google) == ["model.v1.deleted"]
    assert document(google).transitions == ()


def test_a_model_whose_name_no_rule_matches_is_dropped_in_silence_and_without_a_call() -> None:
    google = FakeGoogle()
    elsewhere = a_rule(match=Match(fields={"dataset": Condition(globs=("staging_*",))}))

    outcome = deliver(google, a_context(google, a_policy(elsewhere)))

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.calls == []


# Entries that come late.


def made_again(google: FakeGoogle, at: datetime) -> None:
    google.clock.time = at
    google.models[CHURN] = a_model(labels=LABELLED, created=at, etag=google.etag())


def test_a_deletion_heard_of_after_the_model_was_made_anew_is_announced_and_the_new_one_settled() -> (
    None
):
    google = dropped()
    made_again(google, DROPPED.at + timedelta(minutes=1))

    outcome = deliver(google)

    assert outcome.reason is Reason.RULE_MATCHED
    assert types(google) == ["model.v1.deleted", "model.v1.registered", "alias.v1.assigned"]
    assert [past.is_deleted for past in document(google).past] == [True]


def test_a_late_entry_tells_of_the_generation_that_it_is_about_and_only_once() -> None:
    google = dropped()
    made_again(google, DROPPED.at + timedelta(minutes=1))
    settle(google)
    google.published.clear()

    deliver(google)
    deliver(google)

    (event,) = told(google)
    assert event["gone"] == GONE
    assert event["model"]["generation"] == a_model().generation
    assert document(google).gone_at is None
    assert [past.is_deleted for past in document(google).past] == [True]


def test_a_late_entry_about_a_model_before_all_that_is_remembered_is_only_logged() -> None:
    google = registered()

    deliver(google, at=a_model().created - timedelta(days=1))

    assert google.published == {}
    assert document(google).gone_at is None


def test_of_two_deletions_of_one_name_each_is_told_under_its_own_id() -> None:
    google = dropped()
    deliver(google)
    made_again(google, DROPPED.at + timedelta(minutes=1))
    settle(google)
    google.drop(CHURN)

    deliver(google, at=DROPPED.at + timedelta(minutes=9))

    assert types(google).count("model.v1.deleted") == 2
    assert len(set(announced(google))) == len(announced(google))


def test_an_entry_is_not_believed_while_the_model_is_there() -> None:
    google = registered()

    deliver(google)

    assert google.published == {}
    assert document(google).gone_at is None


def test_an_entry_later_than_the_tombstone_is_only_logged() -> None:
    google = registered()
    google.drop(CHURN)
    google.clock.time = DROPPED.at
    deliver(google)
    google.published.clear()
    google.clock.time += TOMBSTONE

    outcome = deliver(google)

    assert outcome.reason is Reason.MODEL_DELETED
    assert google.published == {}


# What another delivery has under way.


def with_a_planned_change(google: FakeGoogle) -> None:
    stored = google.documents[CHURN]
    change = Change(kind="alias.v1.assigned", target="next")
    under_way = document(google).with_changes([change], google.store.new_id)
    google.documents[CHURN] = replace(stored, document=under_way)


def test_what_is_planned_for_a_model_that_is_gone_is_dropped_with_it() -> None:
    google = dropped()
    with_a_planned_change(google)

    deliver(google)

    assert types(google) == ["model.v1.deleted"]
    assert document(google).transitions == ()


def test_what_is_planned_for_the_next_model_outlives_a_late_entry_about_the_one_before() -> None:
    google = dropped()
    made_again(google, DROPPED.at + timedelta(minutes=1))
    settle(google)
    google.published.clear()
    with_a_planned_change(google)
    before = document(google).transitions
    google.before["models.get"] = fail  # only the deletion is told

    with pytest.raises(RetryableError):
        deliver(google)

    assert types(google) == ["model.v1.deleted"]
    assert document(google).transitions == before


def fail() -> None:
    raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")


def test_a_dry_run_tells_of_the_deletion_and_stores_nothing() -> None:
    google = dropped()
    before = document(google)

    deliver(google, a_context(google, dry_run=True))
    deliver(google, a_context(google, dry_run=True))

    (message, again) = google.published[TOPIC]
    assert message.attributes["ce-dryrun"] == "true"
    assert message.attributes["ce-id"] == again.attributes["ce-id"]
    assert document(google) == before
