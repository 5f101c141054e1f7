"""Plans applied to a registered model on the fakes."""

from __future__ import annotations

from bqml_registrar.bookkeeping.model_document import ModelDocument, Stored
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.registration.apply import DecisionApplication
from bqml_registrar.registration.rejection_plan import Plan
from tests.builders import CHURN, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import a_context
from tests.unit.registration.planned import REGISTERED


def a_world(*aliases: str, beside: str = "") -> FakeGoogle:
    """`churn` in the registry, perhaps beside a version 2 with an alias."""
    google = FakeGoogle(REGISTERED)
    version = a_version(aliases=("default", *aliases))
    google.versions[version.name] = version
    if beside:
        other = a_version("2", aliases=(beside,))
        google.versions[other.name] = other
    return google


def an_application(google: FakeGoogle) -> DecisionApplication:
    publisher = EventPublisher(Cause(id="entry"), a_context(google))
    memory = Memory(lambda: CHURN, google)
    assert memory.stored == google.documents.get(CHURN, Stored())
    return DecisionApplication(memory, google, publisher)


def apply(google: FakeGoogle, plan: Plan, application: DecisionApplication | None = None) -> None:
    google.calls.clear()
    (application or an_application(google)).apply(plan, google.models[CHURN])


def store(google: FakeGoogle, stored: ModelDocument) -> None:
    google.store.put(stored, google.documents.get(CHURN, Stored()))
