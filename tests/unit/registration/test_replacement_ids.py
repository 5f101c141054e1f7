"""Several versions on one id: whose it is, after a replace, after a drop and beside others."""

from __future__ import annotations

from datetime import timedelta

from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.names import VertexName
from bqml_registrar.policy.rules import RegisterAs
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import LABELLED, a_change, settle, types


def test_the_id_of_a_model_that_was_replaced_beside_a_persons_version_is_its_own() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    elsewhere = a_version("2", aliases=())
    google.versions[elsewhere.name] = elsewhere
    google.replace(CHURN, LABELLED)

    assert settle(google).reason is Reason.RULE_MATCHED


def test_a_second_version_of_a_shared_id_is_no_replacement() -> None:
    google = FakeGoogle(a_model(labels={**LABELLED, "family": "churn"}))
    first = a_version(name=VertexName(**{**_parts(a_version().name), "model_id": "churn"}))
    google.versions[first.name] = first
    shared_id = RegisterAs(model_id=Template.parse("{labels.family}"))

    settle(google, a_policy(a_rule(register=shared_id, versions_of=True)))

    assert types(google) == ["model.v1.registered"]


def _parts(name: VertexName) -> dict[str, str]:
    return {field: getattr(name, field) for field in ("project", "region", "model_id", "version")}


def test_of_two_models_patched_onto_one_id_at_once_the_second_is_rejected() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def patched_by_another_model() -> None:
        del google.before["models.patch"]
        first = a_version("1", labels={OWNER: "another-model"})
        google.versions[first.name] = first

    google.before["models.patch"] = patched_by_another_model

    outcomes = [settle(google), settle(google)]

    first, second = google.versions.values()
    assert [outcome.reason for outcome in outcomes] == [Reason.ID_COLLISION] * 2
    assert types(google) == ["model.v1.rejected"]
    assert (second.aliases, second.labels) == ((), {})
    assert first.labels == {OWNER: "another-model"}


def test_a_model_that_somebody_registered_beside_another_is_adopted_where_it_is() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    first = a_version("1", labels={OWNER: "another-model"})
    google.versions[first.name] = first
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    outcome = settle(google)

    assert outcome.reason is Reason.ALREADY_REGISTERED
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_an_id_that_a_drop_freed_and_somebody_took_is_not_taken_back() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.drop(CHURN)
    settle(google, change=a_change(ChangeKind.DELETED))
    stranger = a_version("1")
    google.versions[stranger.name] = stranger
    google.models[CHURN] = a_model(labels=LABELLED, created=CREATED + timedelta(hours=1))

    assert settle(google).reason is Reason.ID_TAKEN
    assert google.versions == {stranger.name: stranger}
