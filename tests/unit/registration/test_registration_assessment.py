"""What a rule's model needs: a registration, or what its version lacks."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.registration_assessment import RegistrationAssessor
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import CHURN, a_decision
from tests.fakes.google import FakeGoogle
from tests.unit.registration.assessed import a_subject, assess, labelled, registered, taken


def shown(google: FakeGoogle) -> BigQueryModel:
    model = google.catalog.get(CHURN)
    assert isinstance(model, BigQueryModel)
    return model


def assessor(google: FakeGoogle) -> RegistrationAssessor:
    subject = a_subject(google)
    subject.reader.until_known(lambda facts: "read")
    return RegistrationAssessor(subject)


def test_what_is_to_happen_to_a_model_is_known_before_it_is_registered() -> None:
    plan = assess(labelled()).plan

    assert isinstance(plan, RegistrationPlan)
    assert plan.register_as == "prod_sales-churn"
    assert [planned.kind for planned in plan.planned.transitions] == [
        "model.v1.registered",
        "alias.v1.assigned",
    ]


def test_a_registered_model_that_is_as_the_rule_says_needs_nothing() -> None:
    google = registered()

    plan = assess(google).plan

    assert plan is not None
    assert plan.is_done(google.documents[CHURN].document)


def test_an_id_that_another_model_has_is_refused_under_its_name() -> None:
    google = taken()

    found = assessor(google).assess(shown(google), a_decision())

    assert found.decision == Reject(Reason.ID_TAKEN, "production-models", "the id prod_sales-churn")


def test_an_id_that_is_taken_while_the_model_changes_is_looked_at_again() -> None:
    google = taken()
    before = shown(google)
    google.models[CHURN] = replace(google.models[CHURN], etag="another")

    with pytest.raises(StaleError):
        assessor(google).assess(before, a_decision())


def test_models_that_share_an_id_take_one_that_another_model_has() -> None:
    google = taken()

    found = assessor(google).assess(shown(google), a_decision(shares_id=True))

    assert isinstance(found.plan, RegistrationPlan)
    assert found.plan.register_as == "prod_sales-churn"
