"""Retire labels: followed to the end whatever comes in between, on the fakes (see scene.py)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    ModelDocument,
    RetirementRecord,
    Stored,
    new_document,
)
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.cleanup.retirement.apply import RetirementApplication
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outbox import events_of
from bqml_registrar.errors import RetryableError, StaleError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED
from tests.unit.cleanup.scene import EVENTS, REQUESTS, Scene

RULE = Retirement(label="retire", grace_days=14)
SET = ("deletion.v1.requested", "RETIRING")


def a_scene(label: str = "true", **context: object) -> Scene:
    """A model that a delivery has settled, with a label that no delivery has seen."""
    scene = Scene(labels={"retire": label}, **context)  # type: ignore[arg-type]
    store(scene, new_document(scene.google.models[CHURN], "epoch"))
    return scene


def store(scene: Scene, stored: ModelDocument) -> None:
    scene.google.documents[CHURN] = Stored(document=stored, revision=scene.google.etag())


def document(scene: Scene) -> ModelDocument:
    found = scene.google.documents[CHURN].document
    assert found is not None
    return found


def record(scene: Scene) -> RetirementRecord:
    found = document(scene).retirement
    assert found is not None
    return found


def followed(scene: Scene) -> tuple[Reason, str] | None:
    """One delivery about the model's labels, as its registration leaves them."""
    memory = Memory(lambda: CHURN, scene.google)
    publisher = EventPublisher(Cause(id="c"), scene.context)
    model = scene.google.models[CHURN]
    return RetirementApplication(model, "production", RULE, memory, publisher, scene.context).run()


def registered_again(scene: Scene) -> None:
    """What the delivery's registration does before: it announces what has happened."""
    memory = Memory(lambda: CHURN, scene.google)
    known = memory.document
    assert known is not None
    publisher = EventPublisher(Cause(id="c"), scene.context)
    publisher.publish(*events_of(CHURN, known.effected_transitions))
    memory.write(known.without_effected())


def fail() -> None:
    raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")


def interrupted(scene: Scene, call: str = "Publish") -> None:
    """A delivery that ended at a call."""
    scene.google.before[call] = fail
    with pytest.raises(RetryableError):
        followed(scene)
    scene.google.before.clear()


def test_a_label_is_stored_written_as_a_date_announced_and_settled() -> None:
    scene = a_scene()

    told = followed(scene)

    assert told == (Reason.RETIRING, "due on 2026-11-16")
    assert scene.events == [SET]
    assert scene.google.models[CHURN].labels["retire"] == "2026-11-16"
    assert record(scene).is_normalised
    assert document(scene).transitions == ()
    assert scene.google.calls == ["GetDocument", "Commit", "models.patch", "Publish", "Commit"]


def test_what_was_followed_is_not_followed_again() -> None:
    scene = a_scene()
    followed(scene)
    scene.google.calls.clear()

    assert followed(scene) is None
    assert scene.google.calls == ["GetDocument"]


def test_the_documents_change_time_is_that_of_our_own_patch() -> None:
    scene = a_scene()

    followed(scene)

    assert document(scene).modified == int(CREATED.timestamp() * 1000) + 60_000


def test_a_model_without_a_document_is_left_to_its_registration() -> None:
    scene = a_scene()
    scene.google.documents.clear()

    assert followed(scene) is None
    assert scene.calls() == []


@pytest.mark.parametrize("call", ["models.patch", "Publish"])
def test_a_change_that_was_not_announced_is_announced_once_by_the_next_delivery(call: str) -> None:
    scene = a_scene()
    interrupted(scene, call)

    registered_again(scene)
    followed(scene)

    assert scene.events == [SET]
    assert scene.google.models[CHURN].labels["retire"] == "2026-11-16"
    assert record(scene).is_normalised


def test_a_change_that_was_not_stored_has_not_begun() -> None:
    scene = a_scene()
    interrupted(scene, "Commit")

    assert scene.calls() == []
    assert scene.events == []


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
    scene = a_scene()
    interrupted(scene)
    scene.relabel(retire=value)

    followed(scene)
    followed(scene)

    assert scene.events == [SET, event]
    assert document(scene).transitions == ()


def test_what_another_delivery_has_only_planned_is_left_to_it() -> None:
    scene = a_scene()
    under_way = document(scene).with_changes(
        [Change(kind="alias.v1.assigned", target="prod")], scene.google.store.new_id
    )
    store(scene, under_way)

    followed(scene)

    assert scene.events == [SET]
    assert document(scene).transitions == under_way.transitions


def test_a_document_that_another_delivery_changed_is_looked_at_again() -> None:
    scene = a_scene()

    def another() -> None:
        scene.google.before.clear()
        store(scene, replace(document(scene), rule="theirs"))

    scene.google.before["Commit"] = another

    with pytest.raises(StaleError):
        followed(scene)

    assert scene.calls() == []


def test_a_dry_run_follows_no_label_and_says_what_would_follow() -> None:
    scene = a_scene(dry_run=True)
    before = document(scene)

    followed(scene)
    followed(scene)

    assert scene.events == [SET]
    assert scene.google.published[EVENTS][0].attributes["ce-dryrun"] == "true"
    assert scene.calls() == []
    assert document(scene) == before


def test_within_the_hour_all_deliveries_about_one_label_make_one_request() -> None:
    scene = a_scene("2026-11-02")

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


def test_a_request_names_the_retirement_by_its_key() -> None:
    scene = a_scene("2026-11-02")

    told = followed(scene)

    (request,) = scene.google.published[REQUESTS]
    assert told == (Reason.RETIREMENT_DUE, "due on 2026-11-02")
    assert record(scene).key.encode() in request.data
