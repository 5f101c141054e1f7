"""A lost document in a delivery: nothing is told twice or undone, and it is said (on the fakes)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument, labels_digest
from bqml_registrar.bookkeeping.model_document import TOMBSTONE, new_document
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.names import DatasetName
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.digest import policy_digest
from bqml_registrar.policy.rules import LabelPolicy, Match
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.recollection import Recollection
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_decision, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    JOB,
    LABELLED,
    a_context,
    announced,
    document,
    relabel,
    settle,
    types,
)

DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)


def registered() -> FakeGoogle:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.published.clear()
    return google


def lost(google: FakeGoogle) -> FakeGoogle:
    google.documents.clear()
    return google


def swept(google: FakeGoogle) -> FakeGoogle:
    """A sweep went through the dataset a day later, under the policy of today."""
    google.clock.time += timedelta(days=1)
    google.swept[DATASET] = DatasetDocument(
        name=DATASET,
        swept_at=google.clock.now(),
        policy=policy_digest(a_policy()),
        labels=labels_digest({}),
    )
    return google


def wiped(google: FakeGoogle) -> FakeGoogle:
    """All labels of the version are gone."""
    for name, version in google.versions.items():
        google.versions[name] = replace(version, labels={}, etag=google.etag())
    return google


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(lambda: lost(registered()), id="lost"),
        pytest.param(lambda: wiped(lost(swept(registered()))), id="lost and wiped"),
    ],
)
def test_a_lost_document_is_rebuilt_in_silence_and_noted(world: Callable[[], FakeGoogle]) -> None:
    google = world()
    aliases = {name: version.aliases for name, version in google.versions.items()}

    first, second = settle(google), settle(google)

    assert [note.reason for note in first.notes] == [Reason.MEMORY_REBUILT]
    assert second.notes == ()
    assert types(google) == []
    assert {name: version.aliases for name, version in google.versions.items()} == aliases
    assert document(google).vertex in google.versions


def test_labels_alone_that_are_lost_come_back_and_nothing_is_noted() -> None:
    google = wiped(registered())
    before = document(google)

    outcome = settle(google)

    (version,) = google.versions.values()
    assert outcome.notes == ()
    assert types(google) == []
    assert version.labels["bqml-registrar-of-model"] == "churn"
    assert document(google).is_same(before)


def test_all_that_is_lost_without_a_sweep_looks_like_a_first_installation() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    before = {event_id for _, event_id in announced(google)}
    google.published.clear()

    settle(wiped(lost(google)))

    assert types(google) == ["model.v1.registered"]
    assert not {event_id for _, event_id in announced(google)} & before


def test_an_alias_of_a_rebuilt_document_is_never_taken_away() -> None:
    google = lost(registered())
    settle(google)
    relabel(google, stage="champion")

    settle(google)

    (version,) = google.versions.values()
    assert set(version.aliases) == {"default", "prod", "champion"}
    assert types(google) == ["alias.v1.assigned"]


def test_a_model_that_somebody_registered_and_labelled_only_after_a_sweep_is_announced() -> None:
    google = FakeGoogle(a_model())
    google.models[CHURN] = google.register(google.models[CHURN], "by-hand")
    settle(swept(google))

    relabel(google, **LABELLED)
    settle(google)

    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_an_expired_document_counts_as_lost() -> None:
    google = registered()
    stored = google.documents[CHURN]
    gone = replace(document(google), expire_at=google.clock.now() + TOMBSTONE)
    google.documents[CHURN] = replace(stored, document=gone)
    google.clock.time += TOMBSTONE

    outcome = settle(google)

    assert [note.reason for note in outcome.notes] == [Reason.MEMORY_REBUILT]
    assert document(google).expire_at is None


# A refusal of a registered model.


def of_a_creator() -> LabelPolicy:
    """A rule that depends on the creating job."""
    match = Match(fields={"creator": Condition(globs=("ana@*",))}, labels=a_rule().match.labels)
    return a_policy(a_rule(match=match))


def registered_for_ana() -> FakeGoogle:
    google = FakeGoogle(a_model(labels=LABELLED))
    google.jobs.append((JOB, CHURN, Origin(job=JOB, creator="ana@example.com", labels={})))
    settle(google, of_a_creator())
    google.published.clear()
    return google


def test_a_creator_is_known_from_the_document_when_no_history_has_the_job_any_more() -> None:
    google = registered_for_ana()
    google.jobs.clear()

    outcome = settle(google, of_a_creator())

    assert outcome.reason is Reason.RULE_MATCHED
    assert "jobs.get" not in google.calls[-4:]


def test_a_registration_is_not_announced_again_because_a_refusal_came_when_its_document_was_lost() -> (
    None
):
    google = lost(registered_for_ana())
    jobs, google.jobs = google.jobs, []

    refused = settle(google, of_a_creator())
    google.jobs = jobs
    again = settle(google, of_a_creator())

    assert (refused.reason, again.reason) == (Reason.ORIGIN_UNKNOWN, Reason.ALREADY_REGISTERED)
    assert [note.reason for note in refused.notes] == [Reason.MEMORY_REBUILT]
    assert types(google) == ["model.v1.rejected"]
    assert document(google).vertex in google.versions


# Single answers.


def recollection(google: FakeGoogle, *, dry_run: bool = False) -> Recollection:
    return Recollection(Memory(lambda: CHURN, google), a_context(google, dry_run=dry_run))


def test_a_new_document_has_a_random_epoch_and_none_in_a_dry_run() -> None:
    google, parent = FakeGoogle(a_model()), a_version().name.at("")
    real = [recollection(google).of_unregistered(a_model(), parent).epoch for _ in range(2)]
    dry = [
        recollection(google, dry_run=True).of_unregistered(a_model(), parent).epoch
        for _ in range(2)
    ]

    assert real[0] != real[1]
    assert dry == ["", ""]


def test_the_versions_beside_are_read_only_for_a_version_with_our_label() -> None:
    google = lost(registered())
    (version,) = google.versions.values()
    google.calls.clear()

    recollection(google).of_registered(google.models[CHURN], a_decision(), version)
    labelled = list(google.calls)
    google.calls.clear()
    bare = replace(version, labels={})
    recollection(google).of_registered(google.models[CHURN], a_decision(), bare)

    assert labelled == ["GetDocument", "GetDocument", "ListModelVersions"]
    assert google.calls == ["GetDocument", "GetDocument"]


def test_the_versions_beside_are_all_but_one() -> None:
    google = registered()
    other = a_version("2")
    google.versions[other.name] = other

    beside = recollection(google).versions_beside(a_version().name)

    assert [version.name for version in beside] == [other.name]


def test_a_document_that_is_there_is_taken_without_another_look() -> None:
    google = registered()
    (version,) = google.versions.values()
    google.calls.clear()

    found = recollection(google).of_registered(google.models[CHURN], a_decision(), version)

    assert found == document(google)
    assert google.calls == ["GetDocument"]
    assert found != new_document(google.models[CHURN], "epoch")
