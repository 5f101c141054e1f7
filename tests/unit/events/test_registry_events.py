from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.events.payloads import Model, Payload, Verdict
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.unit.events.an_event import EVENT


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(EVENT, type=EventType.ALIAS_ASSIGNED), id="type"),
        pytest.param(replace(EVENT, name=replace(CHURN, model="Churn")), id="model"),
        pytest.param(replace(EVENT, target="prod"), id="target"),
        pytest.param(
            replace(
                EVENT,
                payload=Payload(
                    model=Model(name=str(CHURN), generation="2"), verdict=EVENT.payload.verdict
                ),
            ),
            id="generation",
        ),
        pytest.param(
            replace(
                EVENT,
                payload=Payload(
                    model=EVENT.payload.model, verdict=Verdict(rule="r", reason="x", dry_run=True)
                ),
            ),
            id="dry run",
        ),
    ],
)
def test_two_changes_never_share_an_id(other: RegistryEvent) -> None:
    assert other.id != EVENT.id


def of_generation(event: RegistryEvent, generation: str) -> RegistryEvent:
    model = Model(name=str(CHURN), generation=generation)
    return replace(event, payload=replace(event.payload, model=model))


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(replace(EVENT, vertex=None), id="its version is not known"),
        pytest.param(
            replace(
                EVENT,
                payload=replace(EVENT.payload, verdict=Verdict(rule="r", reason="LABEL_REMOVED")),
            ),
            id="another rule says so",
        ),
    ],
)
def test_one_change_has_one_id_whatever_else_is_known_when_it_is_told(
    again: RegistryEvent,
) -> None:
    assert again.id == EVENT.id


@pytest.mark.parametrize(
    ("kind", "is_one"),
    [
        (kind, kind.value.startswith("deletion."))
        for kind in (EventType.DELETION_REQUESTED, EventType.DELETION_CANCELLED, EventType.MODEL_DELETED)
    ],
    ids=str,
)  # fmt: skip
def test_the_key_of_an_intent_tells_which_model_was_meant_of_other_events_the_generation(
    kind: EventType, *, is_one: bool
) -> None:
    event = replace(EVENT, type=kind)
    ids = {of_generation(event, generation).id for generation in ("1", "2")}

    assert (len(ids) == 1) is is_one


def test_an_event_gives_its_reason() -> None:
    assert EVENT.reason is Reason.RULE_MATCHED
