"""What single events of a registration say."""

from __future__ import annotations

from bqml_registrar.events.payloads import Alias
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import RegistrationEvents
from tests.builders import a_decision, a_model, a_version


def test_an_alias_that_the_api_refuses_is_told_with_the_form_that_it_takes() -> None:
    render = RegistrationEvents(a_model(), a_decision(), a_version("2"), dry_run=False)

    event, other = render.not_allowed("logistic_reg"), render.not_allowed("linear_reg")

    assert (event.type, event.reason) == (EventType.ALIAS_REJECTED, Reason.ALIAS_NOT_ALLOWED)
    assert event.payload.alias == Alias(name="logistic_reg", revision=0)
    assert "[a-z][a-z0-9-]" in event.payload.verdict.detail
    assert event.vertex == a_version("2").name
    assert event.id != other.id
