"""Whose version it is, and what it takes over: the pure part of a replace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    ModelDocument,
    buried,
    succeeded,
)
from bqml_registrar.bookkeeping.ownership import OWNER, source_digest
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.pending import Fates
from bqml_registrar.registration.replacement import (
    Replacement,
    collides,
    had_id,
    predecessor_of,
    replacement_of,
    was_registered_by_us,
)
from bqml_registrar.resources.models import BigQueryModel, ModelVersion
from tests.builders import CHURN, CREATED, a_decision, a_model, a_version
from tests.unit.registration.planned import NEW, REGISTERED, next_id, targets, what_is_shown

OURS = {OWNER: source_digest(CHURN)}
THEIRS = {OWNER: "another-model"}
EU = {"eu": AliasRecord(giver=Giver.PEOPLE)}
OLD = replace(NEW, vertex=a_version().name, aliases=EU)
NEXT = replace(REGISTERED, created=CREATED + timedelta(hours=1), vertex_version="2")
SECOND = a_version("2")


def of_second(
    document: ModelDocument, *others: ModelVersion, decision: Register | None = None
) -> Replacement:
    """What version 2, made of the next model of the name, takes over."""
    shown = what_is_shown(decision, SECOND, others, NEXT)
    return replacement_of(shown, document, others, Fates())


def brought(document: ModelDocument, *others: ModelVersion, **decided: object) -> list[str]:
    """The changes that version 2 brings."""
    decision = a_decision(**decided)
    shown = what_is_shown(decision, SECOND, others, NEXT)
    changes = of_second(document, *others, decision=decision).changes(shown)
    return [" ".join((each.kind, each.target)).strip() for each in changes]


def after(document: ModelDocument) -> ModelDocument:
    return succeeded(document, NEXT)


REGISTERED_EVENT = "model.v1.registered"
REPLACED_EVENT = f"model.v1.replaced {REGISTERED.generation}"


@pytest.mark.parametrize(
    ("document", "others", "decided", "expected"),
    [
        pytest.param(
            after(OLD),
            [],
            {},
            [REGISTERED_EVENT, REPLACED_EVENT, "alias.v1.carriedover eu"],
            id="a person's alias",
        ),
        pytest.param(
            after(replace(OLD, aliases={})), [], {}, [REGISTERED_EVENT, REPLACED_EVENT], id="none"
        ),
        pytest.param(
            after(OLD),
            [a_version("9", aliases=("eu",))],
            {},
            [REGISTERED_EVENT, REPLACED_EVENT, "alias.v1.rejected eu"],
            id="somebody moved it",
        ),
        pytest.param(
            after(OLD),
            [a_version("9", aliases=("eu",))],
            {"aliases": ("eu",)},
            [REGISTERED_EVENT, REPLACED_EVENT],
            id="somebody moved it, and the rule gives it",
        ),
        pytest.param(
            after(replace(OLD, is_partial=True)),
            [],
            {},
            [REGISTERED_EVENT, REPLACED_EVENT, "alias.v1.carriedover eu", "alias.v1.removed *"],
            id="not all were remembered",
        ),
        pytest.param(
            after(buried(OLD, CREATED, CREATED)), [], {}, [REGISTERED_EVENT], id="it was deleted"
        ),
        pytest.param(
            after(replace(OLD, vertex=None)), [], {}, [REGISTERED_EVENT], id="it was not registered"
        ),
        pytest.param(
            replace(NEW, generation=NEXT.generation),
            [],
            {},
            [REGISTERED_EVENT, "model.v1.replaced", "alias.v1.removed *"],
            id="nothing is remembered of it",
        ),
        pytest.param(
            replace(NEW, generation=NEXT.generation),
            [],
            {"shares_id": True},
            [REGISTERED_EVENT],
            id="a second version on a shared id",
        ),
        pytest.param(
            replace(NEW, generation=NEXT.generation),
            [a_version("1")],
            {},
            [REGISTERED_EVENT],
            id="a second version beside another",
        ),
    ],
)
def test_what_a_new_version_brings(
    document: ModelDocument,
    others: list[ModelVersion],
    decided: dict[str, object],
    expected: list[str],
) -> None:
    assert brought(document, *others, **decided) == expected


UNKNOWN = replace(NEW, generation=NEXT.generation)


def written_down(*kinds: str) -> Fates:
    """What an earlier delivery wrote down about the next model, and did."""
    changes = [Change(kind=kind, wanted="prod_sales-churn") for kind in kinds]
    return Fates(happened=UNKNOWN.with_changes(changes, next_id).transitions)


@pytest.mark.parametrize(
    ("document", "pending", "others", "expected"),
    [
        pytest.param(replace(UNKNOWN, vertex=SECOND.name), [], [], [], id="it is announced"),
        pytest.param(after(OLD), [REGISTERED_EVENT], [], [], id="all that follows is written down"),
        pytest.param(
            UNKNOWN, [REGISTERED_EVENT], [], ["model.v1.replaced", "alias.v1.removed *"], id="only its number tells of one before"
        ),
        pytest.param(
            UNKNOWN, [REGISTERED_EVENT, "model.v1.replaced"], [], [], id="its number told before"
        ),
        pytest.param(UNKNOWN, [REGISTERED_EVENT], [a_version("1")], [], id="others are there"),
    ],
)  # fmt: skip
def test_what_a_version_brings_that_an_earlier_delivery_registered(
    document: ModelDocument, pending: list[str], others: list[ModelVersion], expected: list[str]
) -> None:
    shown = what_is_shown(version=SECOND, model=NEXT)

    found = replacement_of(shown, document, others, written_down(*pending))

    assert [f"{c.kind} {c.target}".strip() for c in found.changes(shown)] == expected


@pytest.mark.parametrize(
    ("model", "is_ours"),
    [pytest.param(NEXT, False, id="somebody registers it"), pytest.param(a_model(), True, id="we do")],
)  # fmt: skip
def test_a_registration_is_ours_unless_the_model_came_with_it(
    model: BigQueryModel, *, is_ours: bool
) -> None:
    changes = Replacement(is_new=True).changes(what_is_shown(model=model))

    assert [(each.is_ours, each.wanted) for each in changes] == [(is_ours, "prod_sales-churn")]


THIRD = replace(NEXT, created=CREATED + timedelta(hours=2))


@pytest.mark.parametrize(
    ("document", "generation"),
    [
        pytest.param(NEW, None, id="nothing before"),
        pytest.param(after(OLD), OLD.generation, id="the one before"),
        pytest.param(
            succeeded(after(OLD), THIRD), OLD.generation, id="the one before came to no version"
        ),
        pytest.param(after(replace(OLD, vertex=None)), None, id="none had a version"),
        pytest.param(after(buried(OLD, CREATED, CREATED)), None, id="it was dropped"),
        pytest.param(
            succeeded(buried(after(OLD), CREATED, CREATED), THIRD), None, id="dropped in between"
        ),
    ],
)
def test_the_predecessor_is_the_last_version_that_a_replace_took(
    document: ModelDocument, generation: str | None
) -> None:
    found = predecessor_of(document)

    assert (found.generation if found else None) == generation


# Two models on one id.

PATCHED = replace(NEW, is_ours=True)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(a_version("1", labels=THEIRS), True, id="another model came first"),
        pytest.param(a_version("1"), True, id="somebody came first"),
        pytest.param(a_version("1", labels=OURS), False, id="our own"),
        pytest.param(a_version("3", labels=THEIRS), False, id="another came later"),
    ],
)
def test_of_two_models_on_one_id_the_lower_number_came_first(
    other: ModelVersion, *, expected: bool
) -> None:
    assert collides(what_is_shown(version=SECOND), PATCHED, [other]) is expected


@pytest.mark.parametrize(
    ("document", "decision"),
    [
        pytest.param(NEW, a_decision(), id="it came registered"),
        pytest.param(PATCHED, a_decision(shares_id=True), id="versions_of"),
    ],
)
def test_what_is_where_somebody_put_it_does_not_collide(
    document: ModelDocument, decision: Register
) -> None:
    first = a_version("1", labels=THEIRS)

    assert not collides(what_is_shown(decision, SECOND), document, [first])


ELSEWHERE = replace(OLD, vertex=replace(a_version().name, model_id="elsewhere"))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(after(OLD), True, id="the one before had it"),
        pytest.param(succeeded(after(OLD), THIRD), True, id="the one before that had it"),
        pytest.param(after(ELSEWHERE), False, id="the one before had another"),
        pytest.param(after(buried(OLD, CREATED, CREATED)), False, id="it was deleted"),
        pytest.param(UNKNOWN, False, id="nothing is remembered"),
    ],
)
def test_an_id_stays_a_models_own_through_all_replaces_until_it_is_dropped(
    document: ModelDocument, *, expected: bool
) -> None:
    others = [a_version("1", labels=THEIRS)]
    patched = replace(document, is_ours=True)

    assert had_id(document, SECOND.name) is expected
    assert collides(what_is_shown(version=SECOND, model=NEXT), patched, others) is not expected


@pytest.mark.parametrize(
    ("changes", "generation", "expected"),
    [
        pytest.param({}, NEW.generation, True, id="it was about to"),
        pytest.param({"kind": "alias.v1.assigned"}, NEW.generation, False, id="an alias"),
        pytest.param({"is_ours": False}, NEW.generation, False, id="it was only seen"),
        pytest.param({"wanted": "other"}, NEW.generation, False, id="under another id"),
        pytest.param({}, "1", False, id="of another generation"),
    ],
)
def test_a_registration_that_was_written_down_is_ours_once_it_shows(
    changes: dict[str, object], generation: str, *, expected: bool
) -> None:
    change = replace(Change(kind=REGISTERED_EVENT, wanted="prod_sales-churn"), **changes)
    document = replace(NEW, generation=generation).with_changes([change], next_id)

    assert was_registered_by_us(document, REGISTERED) is expected
    assert targets(document.transitions)


def test_what_is_settled_as_ours_stays_so() -> None:
    assert was_registered_by_us(PATCHED, REGISTERED)
    assert not was_registered_by_us(NEW, REGISTERED)
