"""Retire labels: followed to the end whatever comes in between, on the fakes (see scene.py)."""

from __future__ import annotations

import pytest

from bqml_registrar.bookkeeping.retirements import RETIREMENT, RetirementLabel
from bqml_registrar.cleanup.retirement.apply import RetirementApplication
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.errors import RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.unit.cleanup.scene import EVENTS, REQUESTS, Scene

RULE = Retirement(label="retire", grace_days=14)


def followed(scene: Scene) -> tuple[Reason, str] | None:
    """One delivery about the model's labels."""
    publication = EventPublisher(Cause(id="c"), scene.context)
    model = scene.google.models[CHURN]
    return RetirementApplication(model, "production", RULE, publication, scene.context).run()


def fail() -> None:
    raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")


def interrupted(scene: Scene) -> None:
    """A delivery that normalised the label, and could not announce it."""
    scene.google.before["Publish"] = fail
    with pytest.raises(RetryableError):
        followed(scene)
    scene.google.before.clear()


def test_a_change_that_was_not_announced_is_announced_by_the_next_delivery() -> None:
    scene = Scene(labels={"retire": "true"})
    interrupted(scene)

    told = followed(scene)

    assert told == (Reason.RETIRING, "due on 2026-11-16")
    assert scene.events == [("deletion.v1.requested", "RETIRING")]
    assert RetirementLabel.read(scene.google.models[CHURN].labels).announced


@pytest.mark.parametrize(
    ("value", "event"),
    [
        (None, ("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")),
        ("2027-01-01", ("deletion.v1.requested", "RETIRING")),
        ("soon", ("deletion.v1.blocked", "RETIRE_LABEL_UNCLEAR")),
    ],
    ids=["withdrawn", "put off", "unclear"],
)
def test_what_was_not_announced_is_told_before_what_a_person_changed_since(
    value: str | None, event: tuple[str, str]
) -> None:
    scene = Scene(labels={"retire": "true"})
    interrupted(scene)
    scene.relabel(retire=value)

    followed(scene)
    followed(scene)

    assert scene.events == [("deletion.v1.requested", "RETIRING"), event]
    assert RetirementLabel.read(scene.google.models[CHURN].labels).announced


def test_a_dry_run_follows_no_label_and_says_what_would_follow() -> None:
    scene = Scene(labels={"retire": "true"}, dry_run=True)

    followed(scene)

    assert scene.events == [("deletion.v1.requested", "RETIRING")]
    assert scene.google.published[EVENTS][0].attributes["ce-dryrun"] == "true"
    assert scene.calls() == []
    assert RETIREMENT not in scene.google.models[CHURN].labels


def test_within_the_hour_all_deliveries_about_one_label_make_one_request() -> None:
    scene = Scene(labels={"retire": "2026-11-02"})

    for minutes in (5, 5, 40):
        followed(scene)
        scene.later(minutes=minutes)
    (first,) = scene.google.published.pop(REQUESTS)
    followed(scene)
    (second,) = scene.google.published.pop(REQUESTS)
    scene.instance()
    followed(scene)

    assert first != second
    assert scene.google.published[REQUESTS] == [second]
