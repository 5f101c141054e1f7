"""The document of one model: what it keeps through its life, and what it gives up first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    TOMBSTONE,
    AliasRecord,
    Giver,
    Look,
    ModelDocument,
    PastGeneration,
    RetirementRecord,
    bounded,
    buried,
    milliseconds,
    new_document,
    seen,
    succeeded,
)
from bqml_registrar.bookkeeping.transitions import Change
from tests.builders import CREATED, a_model, a_version

PEOPLE = AliasRecord(giver=Giver.PEOPLE)
RULE = AliasRecord(giver=Giver.RULE, is_decided=True)
NEXT = a_model(created=CREATED + timedelta(hours=1))


def a_document(**changes: object) -> ModelDocument:
    """The document of `churn`, whose version 1 has an alias of the rule's and one of a person's."""
    known = replace(
        new_document(a_model(), "epoch"),
        vertex=a_version().name,
        rule="production-models",
        is_ours=True,
        aliases={"prod": RULE, "eu": PEOPLE},
        count=2,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def test_a_new_document_remembers_nothing_but_the_model_as_read() -> None:
    model = a_model(modified=CREATED, expires=CREATED + timedelta(days=1))

    made = new_document(model, "epoch")

    assert made == ModelDocument(
        name=model.name,
        epoch="epoch",
        generation=model.generation,
        modified=milliseconds(CREATED),
        expires=milliseconds(CREATED + timedelta(days=1)),
    )
    assert not made.is_open


def test_a_model_that_no_longer_expires_is_remembered_as_such() -> None:
    expiring = seen(a_document(), a_model(expires=CREATED))

    assert expiring.expires == milliseconds(CREATED)
    assert seen(expiring, a_model()).expires == 0


def test_changes_are_numbered_on_from_what_was_counted_and_open_the_document() -> None:
    change = Change(kind="alias.v1.assigned", target="eu")

    document = a_document().with_changes([change], lambda: "id")

    (transition,) = document.transitions
    assert (transition.number, transition.id, document.count) == (3, "id", 3)
    assert document.is_open
    assert document.without_transitions() == a_document(count=3)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(a_document(token="another"), True, id="another write of the same"),
        pytest.param(a_document(rule="another"), False, id="another rule"),
        pytest.param(None, False, id="none"),
    ],
)
def test_the_token_of_its_write_does_not_make_another_document(
    other: ModelDocument | None, *, expected: bool
) -> None:
    assert a_document().is_same(other) is expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(PEOPLE, ("eu",), id="a person's"),
        pytest.param(replace(PEOPLE, is_decided=True), ("eu",), id="a person's, and the rule's"),
        pytest.param(replace(PEOPLE, is_there=False), (), id="a person's that is gone"),
        pytest.param(RULE, (), id="the rule's"),
    ],
)
def test_of_people_are_the_aliases_that_the_version_had_from_them(
    record: AliasRecord, expected: tuple[str, ...]
) -> None:
    assert a_document(aliases={"eu": record}).peoples_aliases == expected


# The next model of the name.


def test_the_next_model_of_the_name_makes_the_one_before_a_past_generation() -> None:
    document = succeeded(a_document(), NEXT)

    assert document.predecessor == PastGeneration(
        generation=a_model().generation,
        ended=NEXT.created,
        vertex=a_version().name,
        aliases=("eu",),
    )
    assert (document.generation, document.vertex, document.is_ours) == (
        NEXT.generation,
        None,
        False,
    )
    assert (document.rule, document.aliases) == ("", {})


def test_what_outlives_a_generation_is_kept() -> None:
    record = RetirementRecord(key="k", wanted="20261201", generation=a_model().generation)
    before = a_document(retirement=record).with_changes([Change(kind="x")], lambda: "id")

    after = succeeded(before, NEXT)

    assert (after.epoch, after.count) == (before.epoch, before.count)
    assert (after.retirement, after.transitions) == (record, before.transitions)


def test_a_model_that_was_deleted_and_made_anew_is_known_to_have_been_deleted_then() -> None:
    gone = buried(a_document(), CREATED + timedelta(minutes=5), CREATED + timedelta(minutes=9))

    after = succeeded(gone, NEXT)

    assert after.predecessor is not None
    assert after.predecessor.is_deleted
    assert after.predecessor.ended == CREATED + timedelta(minutes=5)
    assert (after.gone_at, after.expire_at) == (None, None)


def test_that_not_all_aliases_were_remembered_is_remembered() -> None:
    after = succeeded(a_document(is_partial=True), NEXT)

    assert after.predecessor is not None
    assert after.predecessor.is_partial
    assert not after.is_partial


def test_of_many_generations_the_newest_are_kept() -> None:
    document = a_document()
    models = [a_model(created=CREATED + timedelta(hours=hour)) for hour in range(1, 9)]
    for model in models:
        document = succeeded(document, model)

    assert [past.generation for past in document.past] == [
        model.generation for model in reversed(models[2:7])
    ]


# The end.


def test_the_document_of_a_model_that_is_gone_stays_for_a_while_and_is_looked_at_no_more() -> None:
    now = CREATED + timedelta(days=1)
    gone = buried(a_document(look=Look(policy="p", model="m")), CREATED, now)

    assert (gone.gone_at, gone.look) == (CREATED, None)
    assert not gone.is_expired(now + TOMBSTONE - timedelta(seconds=1))
    assert gone.is_expired(now + TOMBSTONE)


def test_a_document_of_a_model_that_exists_does_not_expire() -> None:
    assert not a_document().is_expired(CREATED + timedelta(days=10_000))


# Its size.


def test_where_there_are_too_many_aliases_those_of_people_give_way() -> None:
    many = {f"by-hand-{number:04}": PEOPLE for number in range(2_000)}

    kept, is_partial = bounded({**many, "prod": RULE})

    assert is_partial
    assert "prod" in kept
    assert 10 < len(kept) < 200
    assert bounded(kept) == (kept, False)


def test_a_few_aliases_are_all_kept_in_order() -> None:
    kept, is_partial = bounded({"prod": RULE, "eu": PEOPLE})

    assert (list(kept), is_partial) == (["eu", "prod"], False)


@pytest.mark.parametrize(
    ("at", "expected"), [(None, 0), (CREATED, 1_793_611_800_000)], ids=["none", "a time"]
)
def test_times_are_kept_in_milliseconds(at: object, expected: int) -> None:
    assert milliseconds(at) == expected  # type: ignore[arg-type]
