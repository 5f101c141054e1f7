"""The model that a delivery is about."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import Look
from bqml_registrar.errors import StaleError
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.subject import Swept
from tests.builders import CHURN
from tests.unit.registration.assessed import a_subject, labelled, registered
from tests.unit.registration.deliveries import document

LOOK = Look(policy="p", model="m")


def test_the_model_is_unchanged_as_long_as_it_shows_what_was_read() -> None:
    google = registered()
    subject, model = a_subject(google), google.models[CHURN]

    subject.check_unchanged(model)
    google.models[CHURN] = replace(model, etag="another")

    with pytest.raises(StaleError):
        subject.check_unchanged(model)


def test_a_registered_model_is_visible_with_its_version() -> None:
    google = registered()

    model, version = a_subject(google).visible(google.models[CHURN])

    assert version.name == model.vertex.at(model.vertex_version)


def test_a_document_is_read_once() -> None:
    google = registered()
    google.calls.clear()
    subject = a_subject(google)

    assert subject.load() == subject.load() == document(google)
    assert google.calls == ["GetDocument"]


@pytest.mark.parametrize(
    ("dry_run", "is_numbered"), [(False, True), (True, False)], ids=["real", "dry run"]
)
def test_only_a_real_run_numbers_changes_at_random(*, dry_run: bool, is_numbered: bool) -> None:
    subject = a_subject(labelled(), dry_run=dry_run)

    assert (subject.means.new_id is not None) is is_numbered


@pytest.mark.parametrize(
    ("reason", "kept"),
    [(Reason.REMOTE_MODEL, LOOK), (Reason.ID_TAKEN, None), (Reason.ID_COLLISION, None)],
    ids=lambda value: value.name if isinstance(value, Reason) else "",
)
def test_a_sweep_keeps_no_look_of_a_refusal_that_may_end_though_the_model_stays(
    reason: Reason, kept: Look | None
) -> None:
    google = registered()
    subject = a_subject(google, sweep=Swept(look=lambda model: LOOK))
    subject.reader.until_known(lambda facts: "read")

    found = subject.rejected(google.models[CHURN], Reject(reason, "a-rule", ""), document(google))

    assert found.plan is not None
    assert found.plan.settled.look == kept
