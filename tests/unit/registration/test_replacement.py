"""Whose version it is, and which memory counts: the pure part of a replace."""

from __future__ import annotations

import pytest

from bqml_registrar.bookkeeping.ownership import GENERATION, OWNER, source_digest
from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.replacement import collides, replacement_of
from bqml_registrar.resources.models import ModelVersion
from tests.builders import CHURN, a_decision, a_model, a_version

OURS = {OWNER: source_digest(CHURN)}
THEIRS = {OWNER: "another-model"}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (a_version("1", labels=THEIRS), True),
        (a_version("1"), True),
        (a_version("1", labels=OURS), False),
        (a_version("3", labels=THEIRS), False),
    ],
    ids=["another model came first", "somebody came first", "our own", "another came later"],
)
def test_of_two_models_on_one_id_the_lower_number_came_first(
    other: ModelVersion, expected: bool
) -> None:
    patched = a_model(labels={GENERATION: a_model().generation})

    assert collides(patched, a_decision(), a_version("2"), [other]) is expected


@pytest.mark.parametrize(
    ("labels", "decision"),
    [({}, a_decision()), ({GENERATION: a_model().generation}, a_decision(shares_id=True))],
    ids=["it came registered", "versions_of"],
)
def test_what_is_where_somebody_put_it_does_not_collide(
    labels: dict[str, str], decision: Register
) -> None:
    first = a_version("1", labels=THEIRS)

    assert not collides(a_model(labels=labels), decision, a_version("2"), [first])


def test_of_two_memories_the_newer_one_counts_and_none_of_this_very_model() -> None:
    older = Predecessor(generation="1", version="1", aliases=("old",))
    newer = Predecessor(generation="2", version="2", aliases=("new",))
    this = Predecessor(generation=a_model().generation, version="3", aliases=("this",))

    def before(in_labels: Predecessor, in_description: Predecessor) -> Predecessor:
        model = a_model(labels=merged({}, in_labels.changes(CHURN, {})))
        description = in_description.in_description(CHURN, "")
        version = a_version("3", model_description=description)
        return replacement_of(model, a_decision(), version).before

    assert before(older, newer) == newer
    assert before(newer, older) == newer
    assert before(this, older) == older
    assert before(this, this) == Predecessor()
