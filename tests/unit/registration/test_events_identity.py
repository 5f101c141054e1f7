"""The two rules of event ids, over random histories of a model.

Two events with different ids never tell of the same change: whatever crashes, comes twice, runs at
the same time or is swept, the set of (type, id) is that of the same history without all that.
Two real changes never share an id: each settled step announces exactly what it changed.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.model_document import Stored
from bqml_registrar.names import VertexName
from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    a_change,
    announced,
    changes,
    settle,
)
from tests.unit.registration.disturbances import Crash, happens_at, nothing_happens


class World(Struct, frozen=True):
    """Google, where each step is done a day after the one before."""

    google: FakeGoogle

    def do(self, step: str) -> ModelChanged:
        """A step, and what the log tells of it."""
        self.google.clock.time += timedelta(days=1)
        kind = STEPS[step](self)
        return a_change(kind, at=self.google.clock.time + timedelta(seconds=5))


Step = Callable[[World], ChangeKind]
Disturbance = Callable[[FakeGoogle, Callable[[], object]], None]


# What people do. Each tells which kind of entry the log then has.


def train(world: World) -> ChangeKind:
    """CREATE OR REPLACE MODEL whose labels do not survive, nor the registry's model."""
    if CHURN in world.google.models:
        world.google.replace(CHURN, LABELLED)
    else:
        world.google.models[CHURN] = a_model(
            labels=LABELLED, created=world.google.clock.now(), etag=world.google.etag()
        )
    return ChangeKind.CREATED


def retrain_gently(world: World) -> ChangeKind:
    """CREATE OR REPLACE MODEL, and all that can survive does."""
    if CHURN not in world.google.models:
        return train(world)
    world.google.keeps_parents = True
    world.google.replace(CHURN)
    world.google.keeps_parents = False
    return ChangeKind.CREATED


def drop(world: World) -> ChangeKind:
    if CHURN not in world.google.models:
        return ChangeKind.CHANGED
    world.google.drop(CHURN)
    return ChangeKind.DELETED


def label(**labels: str | None) -> Step:
    def by_a_person(world: World) -> ChangeKind:
        model = world.google.models.get(CHURN)
        if model:
            kept = {k: v for k, v in {**model.labels, **labels}.items() if v is not None}
            world.google.clock.time += timedelta(seconds=1)
            world.google.models[CHURN] = replace(
                model, labels=kept, etag=world.google.etag(), modified=world.google.clock.time
            )
        return ChangeKind.CHANGED

    return by_a_person


def alias(*, add: str = "", remove: str = "") -> Step:
    def by_a_person(world: World) -> ChangeKind:
        for name, version in world.google.versions.items():
            kept = {*version.aliases, add} - {remove, ""}
            world.google.versions[name] = replace(
                version, aliases=tuple(sorted(kept)), etag=world.google.etag()
            )
        return ChangeKind.CHANGED

    return by_a_person


STEPS: dict[str, Step] = {
    "train": train,
    "retrain gently": retrain_gently,
    "drop": drop,
    "stage prod": label(stage="prod"),
    "stage champion": label(stage="champion"),
    "no stage": label(stage=None),
    "out of the policy": label(vertex=None),
    "back in the policy": label(vertex="register"),
    "alias by a person": alias(add="eu-test"),
    "alias taken by a person": alias(remove="eu-test"),
    "the rule's alias taken by a person": alias(remove="prod"),
}


# What disturbs a delivery; the delivery is repeated afterwards, as Pub/Sub would.


def undisturbed(_: FakeGoogle, deliver: Callable[[], object]) -> None:
    deliver()


def crash_at(at: int) -> Disturbance:
    def crash(google: FakeGoogle, deliver: Callable[[], object]) -> None:
        def end() -> None:
            raise Crash

        happens_at(google, at, end)
        with contextlib.suppress(Crash):
            deliver()
        nothing_happens(google)
        deliver()

    return crash


def twice_at(at: int) -> Disturbance:
    def twice(google: FakeGoogle, deliver: Callable[[], object]) -> None:
        happens_at(google, at, deliver)
        deliver()
        nothing_happens(google)

    return twice


DISTURBANCES = st.one_of(
    st.just(undisturbed),
    st.integers(min_value=0, max_value=16).map(crash_at),
    st.integers(min_value=0, max_value=16).map(twice_at),
)
HISTORIES = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), DISTURBANCES), max_size=10)


def lived(history: list[tuple[str, Disturbance]], *, sweeps: bool) -> FakeGoogle:
    """A history from the first training on; after each step its entry is delivered."""
    world = World(FakeGoogle())
    for step, disturbance in [("train", undisturbed), *history]:
        change = world.do(step)
        disturbance(world.google, lambda change=change: settle(world.google, change=change))
        if sweeps:
            settle(world.google, change=a_change(ChangeKind.CHANGED))
    return world.google


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=HISTORIES, sweeps=st.booleans())
def test_no_crash_copy_or_sweep_adds_or_loses_an_event(
    history: list[tuple[str, Disturbance]], sweeps: bool
) -> None:
    plain = lived([(step, undisturbed) for step, _ in history], sweeps=False)

    disturbed = lived(history, sweeps=sweeps)

    assert changes(disturbed) == changes(plain)
    assert aliases(disturbed) == aliases(plain)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_every_settled_step_announces_what_it_changed_and_nothing_twice(steps: list[str]) -> None:
    world = World(FakeGoogle())
    told: list[tuple[str, str]] = []
    for step in ["train", *steps]:
        change = world.do(step)
        before, marked = aliases(world.google), marked_versions(world.google)
        was_known = is_remembered(world.google)

        settle(world.google, change=change)

        fresh = announced(world.google)[len(told) :]
        counted = Counter(event_type for event_type, _ in fresh)
        after = aliases(world.google)
        new = marked_versions(world.google) - marked
        assert counted["model.v1.registered"] == len(new)
        gained = sum(len(set(has) - set(before.get(name, ()))) for name, has in after.items())
        lost = sum(len(set(had) - set(after.get(name, ()))) for name, had in before.items())
        assert counted["alias.v1.assigned"] + counted["alias.v1.carriedover"] == gained
        assert counted["alias.v1.removed"] - forgotten(world.google, len(told)) == lost
        assert counted["model.v1.deleted"] == (was_known and change.kind is ChangeKind.DELETED)
        told += fresh
    assert len(set(told)) == len(told)


def aliases(google: FakeGoogle) -> dict[VertexName, tuple[str, ...]]:
    """The aliases that a rule or a person gave, by version."""
    return {
        name: tuple(sorted({*version.aliases} - {"default"}))
        for name, version in google.versions.items()
    }


def marked_versions(google: FakeGoogle) -> set[VertexName]:
    return {name for name, version in google.versions.items() if "bqml-registrar" in version.labels}


def is_remembered(google: FakeGoogle) -> bool:
    """Whether the store knows a version of the model."""
    stored = google.documents.get(CHURN, Stored()).document
    return stored is not None and stored.vertex is not None


def forgotten(google: FakeGoogle, since: int) -> int:
    """Events about aliases that nobody remembers: no alias was seen to go."""
    messages = [m for published in google.published.values() for m in published][since:]
    return sum(m.attributes["ce-reason"] == "ALIASES_FORGOTTEN" for m in messages)


# What has to be so before a step that would change nothing after a person's alias.
BEFORE = {
    "stage prod": "stage champion",
    "back in the policy": "out of the policy",
    "alias by a person": "alias taken by a person",
}


@pytest.mark.parametrize("step", STEPS)
def test_every_kind_of_step_can_be_disturbed_at_every_call(step: str) -> None:
    before = ["alias by a person", *([BEFORE[step]] if step in BEFORE else [])]
    led_to = [(earlier, undisturbed) for earlier in before]
    plain = lived([*led_to, (step, undisturbed)], sweeps=False)
    for at in range(16):
        for disturbance in (crash_at(at), twice_at(at)):
            disturbed = lived([*led_to, (step, disturbance)], sweeps=False)
            assert changes(disturbed) == changes(plain), at
            assert aliases(disturbed) == aliases(plain), at
