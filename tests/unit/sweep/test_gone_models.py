"""Models that are remembered and not there any more: their end is told, once."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import Stored
from bqml_registrar.errors import PermanentError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import DatasetName
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.gone_models import GoneModels, GoneResult
from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    a_change,
    a_context,
    document,
    settle,
    types,
)

DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
OTHER = replace(CHURN, model="other")


def registered() -> FakeGoogle:
    """Two models that were registered; nobody hears of what comes after."""
    google = FakeGoogle(a_model(labels=LABELLED), a_model(name=OTHER, labels=LABELLED))
    for name in (CHURN, OTHER):
        settle(google, change=a_change(name=name))
    google.published.clear()
    google.clock.sleep(60)
    return google


def ended(google: FakeGoogle, *listed: str, dry_run: bool = False) -> GoneResult:
    context = a_context(google, dry_run=dry_run)
    return GoneModels(DATASET, Cause(id="sweep-1"), context).run(listed)


def test_the_end_of_a_model_that_is_not_listed_is_told_with_its_drift() -> None:
    google = registered()
    google.drop(CHURN)

    result = ended(google, "other")

    assert (result.counts.missed, result.failures) == (1, ())
    assert types(google) == ["model.v1.deleted", "reconcile.v1.driftdetected"]
    assert document(google).gone_at == google.clock.now()


def test_it_is_told_once() -> None:
    google = registered()
    google.drop(CHURN)

    results = [ended(google, "other"), ended(google, "other")]

    assert [result.counts.missed for result in results] == [1, 0]
    assert types(google).count("model.v1.deleted") == 1


def test_what_is_listed_costs_nothing_more_than_the_two_queries() -> None:
    google = registered()
    google.calls.clear()

    ended(google, "churn", "other")

    assert google.calls == ["RunQuery", "RunQuery"]


def test_a_model_that_was_made_since_the_list_is_not_ended() -> None:
    google = registered()

    result = ended(google, "other")

    assert result.counts.missed == 0
    assert "model.v1.deleted" not in types(google)
    assert document(google).gone_at is None


def test_an_end_that_a_crash_left_unannounced_is_announced_with_its_id() -> None:
    google = registered()
    google.drop(CHURN)

    def crash() -> None:
        raise KeyboardInterrupt

    google.before["Publish"] = crash
    with pytest.raises(KeyboardInterrupt):
        ended(google, "other")
    google.before.clear()
    (pending,) = document(google).transitions

    ended(google, "other")

    assert document(google).transitions == ()
    assert pending.is_effected
    assert types(google).count("model.v1.deleted") == 1


def test_a_model_that_fails_does_not_keep_the_others_from_their_end() -> None:
    google = registered()
    google.drop(CHURN)
    google.drop(OTHER)
    get = google.store.get

    def denied(name: object) -> Stored:
        if name == CHURN:
            raise PermanentError(Reason.PERMISSION_DENIED, "403")
        return get(name)  # type: ignore[arg-type]

    google.store.get = denied  # type: ignore[method-assign]
    result = ended(google)

    assert (result.counts.missed, result.counts.failed) == (1, 1)
    assert [failure.context.model for failure in result.failures] == [str(CHURN)]


def test_a_dry_run_tells_and_stores_nothing() -> None:
    google = registered()
    google.drop(CHURN)
    before = dict(google.documents)

    ended(google, "other", dry_run=True)

    assert "model.v1.deleted" in types(google)
    assert google.documents == before
