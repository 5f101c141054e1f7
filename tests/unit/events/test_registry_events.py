from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.events.payloads import Model, Payload, Verdict
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from tests.builders import CHURN, a_version
from tests.unit.events.an_event import EVENT


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(EVENT, type=EventType.ALIAS_ASSIGNED), id="type"),
        pytest.param(replace(EVENT, name=replace(CHURN, model="Churn")), id="model"),
        pytest.param(replace(EVENT, vertex=a_version("2").name), id="version"),
        pytest.param(replace(EVENT, target="prod"), id="target"),
        pytest.param(replace(EVENT, number=2), id="number"),
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
