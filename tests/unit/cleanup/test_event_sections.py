"""Sections of events: what is too large for Pub/Sub is left out, and that is told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.cleanup.event_sections import JSON_BYTES
from bqml_registrar.reasons import Reason
from tests.builders import an_undeployment
from tests.unit.cleanup.an_intents_events import a_failure, events


def test_a_plan_that_is_too_large_for_an_event_is_left_out_and_that_is_told() -> None:
    plan = "x" * (JSON_BYTES + 1)

    event = events().blocked(Reason.NOTIFY_ONLY, "deployed", plan, "Wait.")

    assert event.payload.deletion
    assert event.payload.deletion.plan == ""
    assert event.payload.verdict.detail == f"deployed; the plan is left out: {len(plan)} bytes"
    assert events().requested(plan[:-1]).payload.deletion == replace(
        event.payload.deletion, plan=plan[:-1], how_to_go_on=""
    )


def test_a_configuration_that_is_too_large_is_left_out_in_every_event_of_a_deployment() -> None:
    planned = an_undeployment(configuration="ü" * (JSON_BYTES // 2 + 1))
    render = events()

    told = [
        render.planned(planned, {}, {}),
        render.undeployed(planned),
        render.undeploy_failed(planned, a_failure()),
    ]

    for event in told:
        assert event.payload.deployment
        assert event.payload.deployment.configuration == ""
        assert f"configuration is left out: {JSON_BYTES + 2} bytes" in event.payload.verdict.detail


@pytest.mark.parametrize(
    ("configuration", "private"),
    [
        ('{"privateEndpoints": {"predictHttpUri": "http://10.aiplatform.googleapis.com"}}', True),
        ('{"privateEndpoints": {}}', False),
        ('{"id": "1"}', False),
        ("what a person wrote into a message", False),
        ('["privateEndpoints"]', False),
    ],
    ids=["private", "no address", "public", "no JSON", "no object"],
)
def test_a_deployed_model_with_private_addresses_is_on_a_private_endpoint(
    configuration: str, private: bool
) -> None:
    section = events().undeployed(an_undeployment(configuration=configuration)).payload.deployment

    assert section
    assert section.private is private
