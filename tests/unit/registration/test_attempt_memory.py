"""What an earlier delivery wrote down and a person changed since: finished, abandoned or noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    alias_by_hand,
    announced,
    document,
    relabel,
    settle,
    types,
)
from tests.unit.registration.disturbances import Crash

GIVEN, TAKEN = "alias.v1.assigned", "alias.v1.removed"


def registered() -> FakeGoogle:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.published.clear()
    return google


def crash() -> None:
    raise Crash


def crashed(google: FakeGoogle, call: str) -> FakeGoogle:
    """A delivery that ended before a call, having written down what it was about to do."""
    google.before[call] = crash
    with pytest.raises(Crash):
        settle(google)
    del google.before[call]
    return google


def about_to_give(*, done: bool) -> FakeGoogle:
    """A delivery has written down that it gives `champion` for `prod`, and perhaps done it."""
    google = registered()
    relabel(google, stage="champion")
    crashed(google, "MergeVersionAliases")
    assert [t.target for t in document(google).transitions] == ["champion", "prod"]
    if done:
        put(google, "default", "champion")
    return google


def put(google: FakeGoogle, *aliases: str) -> None:
    """The aliases that version 1 has by now."""
    name = a_version().name
    google.versions[name] = replace(google.versions[name], aliases=aliases, etag=google.etag())


def moved_elsewhere(google: FakeGoogle) -> None:
    """A person gives the alias that is about to be taken away to a version of their own."""
    other = a_version("2", aliases=("prod",))
    google.versions[other.name] = other
    put(google, "default")


def nothing(_: FakeGoogle) -> None:
    """Nobody did anything."""


@pytest.mark.parametrize(
    ("done", "meanwhile", "told", "aliases", "noted"),
    [
        pytest.param(True, nothing, [GIVEN, TAKEN], {"champion"}, [], id="wanted"),
        pytest.param(False, nothing, [GIVEN, TAKEN], {"champion"}, [], id="before, still decided"),
        pytest.param(
            False,
            lambda google: relabel(google, stage="prod"),
            [],
            {"prod"},
            [],
            id="before, decided otherwise",
        ),
        pytest.param(
            False,
            moved_elsewhere,
            [GIVEN],
            {"champion"},
            ["alias.v1.removed prod"],
            id="something else",
        ),
    ],
)
def test_what_the_next_delivery_finds(
    *,
    done: bool,
    meanwhile: Callable[[FakeGoogle], None],
    told: list[str],
    aliases: set[str],
    noted: list[str],
) -> None:
    google = about_to_give(done=done)
    written = {t.id for t in document(google).transitions}
    meanwhile(google)

    outcome = settle(google)

    assert types(google) == told
    assert set(google.versions[a_version().name].aliases) == {"default", *aliases}
    assert [(note.reason, note.detail) for note in outcome.notes] == [
        (Reason.OUTCOME_UNKNOWN, detail) for detail in noted
    ]
    assert document(google).transitions == ()
    assert len(written) == 2


def test_what_is_effected_is_announced_with_its_first_id_whatever_the_world_shows() -> None:
    google = registered()
    relabel(google, stage="champion")
    crashed(google, "Publish")
    fixed = [(t.kind, t.event) for t in document(google).transitions]
    put(google, "default")

    settle(google)

    assert types(google) == [kind for kind, _ in fixed] == [GIVEN, TAKEN]
    assert document(google).transitions == ()


def test_the_id_of_an_abandoned_change_is_never_used() -> None:
    google = about_to_give(done=False)
    relabel(google, stage="prod")
    settle(google)
    relabel(google, stage="champion")

    settle(google)

    ids = [event_id for _, event_id in announced(google)]
    assert types(google) == [GIVEN, TAKEN]
    assert len(set(ids)) == 2
    assert document(google).count == 6  # of the first registration, abandoned, and done


def test_what_was_noted_is_stated_though_another_plan_had_to_follow() -> None:
    google = about_to_give(done=False)
    moved_elsewhere(google)
    put(google, "default", "champion")
    relabel(google, stage=None)  # what has happened is told, and then taken back

    outcome = settle(google)

    assert [note.reason for note in outcome.notes] == [Reason.OUTCOME_UNKNOWN]
    assert types(google) == [GIVEN, TAKEN]


def test_an_alias_given_before_its_label_went_again_is_announced_though_the_refusal_is_the_same() -> (
    None
):
    google = registered()
    relabel(google, vertex=None)
    settle(google)
    relabel(google, vertex="register", stage="champion")
    crashed(google, "MergeVersionAliases")
    put(google, "default", "champion")
    relabel(google, vertex=None)
    google.published.clear()

    outcome = settle(google)

    assert outcome.reason is Reason.LABEL_REMOVED
    assert types(google) == [GIVEN, TAKEN, "model.v1.rejected"]
    assert document(google).transitions == ()


def test_an_alias_that_a_person_gave_while_a_delivery_was_down_is_that_persons() -> None:
    google = crashed(FakeGoogle(a_model(labels=LABELLED)), "UpdateModel")
    alias_by_hand(google, "eu-test")

    settle(google)

    assert document(google).peoples_aliases == ("eu-test",)
    assert types(google) == ["model.v1.registered", GIVEN]


def test_a_dry_run_of_any_instance_has_the_same_ids() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    settle(google, dry_run=True)
    settle(google, dry_run=True)

    assert len(announced(google)) == 4
    assert len(set(announced(google))) == 2
    assert CHURN not in google.documents
