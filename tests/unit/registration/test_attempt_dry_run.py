"""The dry run: all is said, nothing is done."""

from __future__ import annotations

from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import LABELLED, TOPIC, announced, settle


def test_a_dry_run_over_a_model_that_is_as_decided_publishes_nothing() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.calls.clear()

    settle(google, dry_run=True)

    assert "Publish" not in google.calls


def test_a_dry_run_announces_what_it_would_do_and_changes_nothing() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    outcome = settle(google, dry_run=True)

    assert google.versions == {}
    assert google.models[CHURN] == a_model(labels=LABELLED)
    assert outcome.announced == ("model.v1.registered", "alias.v1.assigned")
    assert {m.attributes["ce-dryrun"] for m in google.published[TOPIC]} == {"true"}


def test_a_dry_run_and_the_real_run_never_share_an_event_id() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google, dry_run=True)
    settle(google)

    ids = [event_id for _, event_id in announced(google)]
    assert len(set(ids)) == 4
