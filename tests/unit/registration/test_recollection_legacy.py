"""What release 0.4.0 left, in the first delivery after the upgrade (on the fakes)."""

from __future__ import annotations

from bqml_registrar.delivery.memory import Memory
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.recollection import Recollection
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    a_context,
    document,
    relabel,
    settle,
    types,
)

LABELS_OF_0_4_0 = {
    **LABELLED,
    "bqml-registrar": "production-models",
    "bqml-registrar-generation": "1793611800000",
    "bqml-registrar-memory-83e2ef6d-1": "01ddff__1793611800000__1___beta_-2__eu-test",
}


def replaced_during_the_upgrade() -> FakeGoogle:
    google = FakeGoogle(a_model(labels=LABELS_OF_0_4_0))
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")
    google.replace(CHURN)
    return google


def test_a_model_replaced_during_the_upgrade_takes_over_the_aliases_and_tells_of_its_version() -> (
    None
):
    google = replaced_during_the_upgrade()

    settle(google)

    (version,) = google.versions.values()
    (past,) = document(google).past
    assert past.vertex == a_version().name
    assert set(version.aliases) == {"default", "prod", "eu-test"}
    assert types(google) == [
        "model.v1.registered",
        "model.v1.replaced",
        "alias.v1.carriedover",
        "alias.v1.rejected",  # Beta_2: MergeVersionAliases takes no such alias
        "alias.v1.assigned",
    ]
    assert set(google.models[CHURN].labels) == {*LABELLED, "bqml-registrar"}


def test_a_pending_refusal_of_release_0_4_0_is_noted_and_not_announced() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))
    settle(google)
    rejection = document(google).rejection
    google.documents.clear()
    google.published.clear()
    relabel(google, **{"bqml-registrar-rejected": f"1-{rejection}-pending"})

    outcome = settle(google)

    assert [note.reason for note in outcome.notes] == [Reason.MEMORY_REBUILT]
    assert types(google) == []
    assert google.models[CHURN].labels == LABELLED


def test_a_version_before_has_the_id_that_its_record_did_not_hold() -> None:
    google = replaced_during_the_upgrade()
    recollection = Recollection(Memory(lambda: CHURN, google), a_context(google))

    found = recollection.of_unregistered(google.models[CHURN], a_version().name.at(""))

    assert [past.vertex for past in found.past] == [a_version().name]


def test_the_id_of_a_model_replaced_beside_a_persons_version_is_its_own_after_the_upgrade() -> None:
    google = replaced_during_the_upgrade()
    beside = a_version("2", aliases=())
    google.versions[beside.name] = beside

    assert settle(google).reason is Reason.RULE_MATCHED


def test_a_model_that_no_rule_names_any_more_is_taken_over_and_told_as_such() -> None:
    labels = {key: value for key, value in LABELS_OF_0_4_0.items() if key != "vertex"}
    google = FakeGoogle(a_model(labels=labels))
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    first, second = settle(google), settle(google)

    assert [first.reason, second.reason] == [Reason.LABEL_REMOVED] * 2
    assert types(google) == ["model.v1.rejected"]
    assert document(google).vertex == a_version().name
    assert set(google.models[CHURN].labels) == {"stage", "team", "bqml-registrar"}
