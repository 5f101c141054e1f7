"""A model that is gone: announced, with what is still remembered of its version."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.rules import Match
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.use_case import register_model
from tests.builders import CHURN, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    TOPIC,
    a_change,
    a_context,
    alias_by_hand,
    announced,
    settle,
    types,
)

DROPPED = a_change(ChangeKind.DELETED)


def deliver(google: FakeGoogle, context: Context | None = None, **changes: Any) -> Any:
    change = replace(DROPPED, **changes)
    return register_model(change, Cause(id="log-entry-2"), context or a_context(google))


def test_a_dropped_model_is_announced() -> None:
    google = FakeGoogle()

    outcome = deliver(google)

    (message,) = google.published[TOPIC]
    assert outcome.reason is Reason.MODEL_DELETED
    assert message.attributes["ce-type"] == "bqml.registrar.model.v1.deleted"
    assert message.attributes["ce-model"] == "churn"
    assert "gone" not in json.loads(message.data)


def test_a_second_copy_of_the_entry_is_not_announced_again_by_the_same_instance() -> None:
    google = FakeGoogle()
    context = a_context(google)

    outcomes = [deliver(google, context), deliver(google, context)]

    assert types(google) == ["model.v1.deleted"]
    assert [outcome.announced for outcome in outcomes] == [("model.v1.deleted",), ()]


def test_a_copy_that_reaches_another_instance_has_the_same_id() -> None:
    google = FakeGoogle()

    deliver(google)
    deliver(google)

    assert len(set(announced(google))) == 1


def test_two_deletions_of_models_of_one_name_never_share_an_id() -> None:
    google = FakeGoogle()

    deliver(google)
    deliver(google, at=DROPPED.at + timedelta(days=1))

    assert len(set(announced(google))) == 2


def test_a_deletion_that_could_not_be_announced_is_announced_by_the_redelivery() -> None:
    google = FakeGoogle()
    context = a_context(google)

    def fail() -> None:
        del google.before["Publish"]
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    google.before["Publish"] = fail
    with pytest.raises(RetryableError):
        deliver(google, context)

    deliver(google, context)

    assert types(google) == ["model.v1.deleted"]


def test_a_model_whose_name_no_rule_matches_is_dropped_in_silence_and_without_a_call() -> None:
    google = FakeGoogle()
    elsewhere = a_rule(match=Match(fields={"dataset": Condition(globs=("staging_*",))}))

    outcome = deliver(google, a_context(google, a_policy(elsewhere)))

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.calls == []


def test_a_deletion_heard_of_after_the_model_was_made_anew_is_announced_and_the_new_one_settled() -> (
    None
):
    google = FakeGoogle(a_model(labels=LABELLED))

    outcome = deliver(google)

    assert outcome.reason is Reason.RULE_MATCHED
    assert types(google) == ["model.v1.deleted", "model.v1.registered", "alias.v1.assigned"]


def dropped_beside_another_version() -> FakeGoogle:
    """`churn` had an alias of a person's; another version keeps the registry's model alive."""
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    alias_by_hand(google, "eu-test")
    settle(google)
    neighbour = a_version("2", aliases=())
    google.versions[neighbour.name] = neighbour
    google.drop(CHURN)
    google.published.clear()
    return google


def test_what_the_registrys_model_remembers_of_the_version_is_told_and_then_forgotten() -> None:
    google = dropped_beside_another_version()

    deliver(google)

    (message,) = google.published[TOPIC]
    (description,) = google.parents.values()
    assert json.loads(message.data)["gone"] == {
        "name": "projects/analytics-dev/locations/us-central1/models/prod_sales-churn@1",
        "generation": a_model().generation,
        "aliases": ["eu-test"],
    }
    assert Predecessor.read_line(CHURN, description) == Predecessor()


def test_the_id_does_not_depend_on_what_is_still_remembered() -> None:
    remembering, forgetful = dropped_beside_another_version(), FakeGoogle()

    deliver(remembering)
    deliver(forgetful)

    assert announced(remembering) == announced(forgetful)


@pytest.mark.parametrize("call", ["datasets.get", "GetModel", "models.get", "UpdateModel"])
def test_what_may_not_be_read_or_written_for_the_memory_keeps_no_deletion_from_being_told(
    call: str,
) -> None:
    google = dropped_beside_another_version()

    def refused() -> None:
        google.before.pop(call)
        raise PermanentError(Reason.PERMISSION_DENIED, call)

    google.before[call] = refused

    deliver(google)

    assert types(google) == ["model.v1.deleted"]


def test_a_late_entry_does_not_tell_of_the_model_that_was_made_since() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    alias_by_hand(google, "eu-test")
    settle(google)
    google.published.clear()

    deliver(google, at=a_model().created - timedelta(days=1))

    (message,) = google.published[TOPIC]
    (description,) = google.parents.values()
    assert "gone" not in json.loads(message.data)
    assert Predecessor.read_line(CHURN, description).aliases == ("eu-test",)


def test_a_project_without_the_registry_has_nothing_to_remember() -> None:
    google = FakeGoogle()

    def disabled() -> None:
        raise PermanentError(Reason.API_DISABLED, "Vertex AI API has not been used")

    google.before["GetModel"] = disabled

    deliver(google)

    assert types(google) == ["model.v1.deleted"]


def test_a_dry_run_tells_of_the_deletion_and_forgets_nothing() -> None:
    google = dropped_beside_another_version()
    before = dict(google.parents)

    deliver(google, a_context(google, dry_run=True))

    (message,) = google.published[TOPIC]
    assert message.attributes["ce-dryrun"] == "true"
    assert google.parents == before
