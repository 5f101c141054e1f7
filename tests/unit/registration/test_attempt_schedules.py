"""Crashes and other deliveries between any two calls, in every situation of a model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.model_document import Stored
from bqml_registrar.bookkeeping.ownership import OWNER
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    a_change,
    alias_by_hand,
    announced,
    changes,
    document,
    relabel,
    settle,
)
from tests.unit.registration.disturbances import Crash, happens_at


def fresh() -> FakeGoogle:
    return FakeGoogle(a_model(labels=LABELLED))


def remote() -> FakeGoogle:
    return FakeGoogle(a_model(labels=LABELLED, is_remote=True))


def came_registered() -> FakeGoogle:
    google = fresh()
    google.models[CHURN] = google.register(google.models[CHURN], "by-hand")
    return google


def registered(*aliases: str) -> FakeGoogle:
    """Settled, with aliases that a person gave."""
    google = fresh()
    settle(google)
    alias_by_hand(google, *aliases)
    return google


def relabelled(**labels: str | None) -> FakeGoogle:
    google = registered()
    relabel(google, **labels)
    return google


def replaced(*, keeps_labels: bool, keeps_parents: bool) -> FakeGoogle:
    google = registered("eu-test", "beta")
    settle(google)
    google.keeps_parents = keeps_parents
    google.replace(CHURN, None if keeps_labels else LABELLED)
    return google


def second_onto_one_id() -> FakeGoogle:
    """Our patch was the second: what another delivery of this model did, which then ended."""
    google = fresh()

    def patched_by_another_model() -> None:
        del google.before["models.patch"]
        first = a_version("1", labels={OWNER: "another-model"})
        google.versions[first.name] = first

    google.before["models.patch"] = patched_by_another_model
    with pytest.raises(Crash):
        settle(crashing_after_patch(google))
    return google


def crashing_after_patch(google: FakeGoogle) -> FakeGoogle:
    """The same world, whose next delivery ends when it has patched the model."""
    patched = google.catalog.patch

    def patch(*args: object, **named: object) -> object:
        patched(*args, **named)  # type: ignore[arg-type]
        google.catalog.patch = patched  # type: ignore[method-assign]
        raise Crash

    google.catalog.patch = patch  # type: ignore[assignment, method-assign]
    return google


SITUATIONS: dict[str, Callable[[], FakeGoogle]] = {
    "registered": fresh,
    "rejected": remote,
    "adopted": came_registered,
    "a person's alias": lambda: registered("eu-test"),
    "another alias by label": lambda: relabelled(stage="champion"),
    "label taken away": lambda: relabelled(vertex=None),
    "replaced, all forgotten": lambda: replaced(keeps_labels=False, keeps_parents=False),
    "replaced, labels kept": lambda: replaced(keeps_labels=True, keeps_parents=False),
    "replaced, parent kept": lambda: replaced(keeps_labels=False, keeps_parents=True),
    "collided": second_onto_one_id,
}


WRITES = {"models.patch", "UpdateModel", "MergeVersionAliases", "Publish", "Commit"}


def settled_state(google: FakeGoogle) -> object:
    """What is left in the end: versions, labels, and the events as a set."""
    versions = {n: (set(v.aliases), v.labels, v.description) for n, v in google.versions.items()}
    labels = google.models[CHURN].labels if CHURN in google.models else {}
    return versions, labels, remembered(google), changes(google)


def remembered(google: FakeGoogle) -> object:
    """What the document says in the end, without what is random and when it was looked at."""
    stored = google.documents.get(CHURN, Stored()).document
    return stored and replace(stored, epoch="", token="", count=0, modified=0)


def undisturbed(situation: str) -> FakeGoogle:
    google = SITUATIONS[situation]()
    google.calls.clear()
    settle(google)
    return google


CALLS = [
    pytest.param(situation, at, id=f"{situation}-{at}")
    for situation in SITUATIONS
    for at in range(len(undisturbed(situation).calls))
]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_delivery_settles_everything_so_that_the_next_one_only_reads(situation: str) -> None:
    google = undisturbed(situation)
    google.calls.clear()
    state = settled_state(google)

    settle(google)

    assert not WRITES & {*google.calls}
    assert settled_state(google) == state


@pytest.mark.parametrize(("situation", "at"), CALLS)
def test_a_crash_between_any_two_calls_ends_in_the_same_state_and_the_same_events(
    situation: str, at: int
) -> None:
    google = SITUATIONS[situation]()
    happens_at(google, at, _crash)

    with pytest.raises(Crash):
        settle(google)
    settle(google)
    settle(google)

    assert settled_state(google) == settled_state(undisturbed(situation))


@pytest.mark.parametrize(("situation", "at"), CALLS)
def test_a_second_delivery_between_any_two_calls_of_the_first_changes_nothing(
    situation: str, at: int
) -> None:
    google = SITUATIONS[situation]()
    happens_at(google, at, lambda: settle(google))

    settle(google)
    settle(google)

    assert settled_state(google) == settled_state(undisturbed(situation))


def before_stage(stage: str) -> FakeGoogle:
    """A delivery is due that gives the stage."""
    return fresh() if stage == "prod" else relabelled(stage=stage)


def calls_of_a_delivery(google: FakeGoogle) -> int:
    google.calls.clear()
    settle(google)
    return len(google.calls)


RELABELLED = [
    pytest.param(before, after, at, id=f"{before} to {after}-{at}")
    for before, after in (("prod", "champion"), ("champion", "prod"))
    for at in range(calls_of_a_delivery(before_stage(before)))
]


@pytest.mark.parametrize(("before", "after", "at"), RELABELLED)
def test_a_relabelled_model_settled_between_any_two_calls_of_an_older_delivery_stays_so(
    before: str, after: str, at: int
) -> None:
    google = before_stage(before)

    def relabel_and_settle() -> None:
        relabel(google, stage=after, team="risk")
        settle(google)

    happens_at(google, at, relabel_and_settle)
    settle(google)
    settle(google)
    google.calls.clear()
    state = settled_state(google)

    settle(google)

    (version,) = google.versions.values()
    assert google.calls == ["models.get", "GetDocument", "GetModel"]
    assert settled_state(google) == state
    assert version.labels["team"] == "risk"
    assert set(version.aliases) == {"default", after}
    assert document(google).transitions == ()


@pytest.mark.parametrize("at", range(5))
def test_a_crash_while_a_deletion_is_announced_leaves_one_event_id(at: int) -> None:
    google = registered()
    google.drop(CHURN)
    google.published.clear()
    happens_at(google, at, _crash)
    dropped = a_change(ChangeKind.DELETED)

    with pytest.raises(Crash):
        settle(google, change=dropped)
    settle(google, change=dropped)

    assert len(set(announced(google))) == 1


def _crash() -> None:
    raise Crash
