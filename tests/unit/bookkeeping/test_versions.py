from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import marked_name, name_mark, source_mark
from bqml_registrar.bookkeeping.rejections import RejectionMark
from bqml_registrar.bookkeeping.versions import AliasMark, VersionMarks, announced_labels
from bqml_registrar.policy.vertex_ids import version_alias
from tests.builders import CHURN

NUMBERS = st.integers(min_value=1, max_value=10**6)


@given(
    revision=NUMBERS,
    announced=NUMBERS,
    aliases=st.dictionaries(
        st.text(min_size=1).map(version_alias).filter(bool),
        st.one_of(
            st.builds(AliasMark, NUMBERS, st.booleans()),
            st.builds(AliasMark, NUMBERS, over=NUMBERS.map(str)),
        ),
    ),
)
def test_marks_are_valid_labels_and_read_back_as_written(
    revision: int, announced: int, aliases: dict[str, AliasMark]
) -> None:
    marks = VersionMarks(
        source=source_mark(CHURN),
        of_dataset=name_mark(CHURN.dataset),
        of_model=name_mark(CHURN.model),
        revision=revision,
        announced=announced,
        aliases=aliases,
    )

    labels = marks.as_labels()

    assert VersionMarks.read(labels) == marks
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())


@pytest.mark.parametrize(
    ("announced", "revision", "expected"), [("", 1, "1"), ("1", 2, "2"), ("3", 2, "3")]
)
def test_an_older_revision_never_takes_back_what_a_later_one_announced(
    announced: str, revision: int, expected: str
) -> None:
    labels = {"bqml-registrar-announced": announced}

    assert announced_labels(labels, revision) == {"bqml-registrar-announced": expected}


def test_the_mark_of_an_alias_that_was_taken_away_goes_when_that_is_announced() -> None:
    labels = {
        "bqml-registrar-announced": "3",
        "bqml-registrar-alias-prod": "4-removed",
        "bqml-registrar-alias-next": "5-removed",
        "bqml-registrar-alias-eu": "4",
    }

    assert announced_labels(labels, 4) == {
        "bqml-registrar-announced": "4",
        "bqml-registrar-alias-prod": None,
    }


def test_a_refusal_keeps_its_number_until_it_is_told_and_the_next_one_counts_on() -> None:
    first = RejectionMark.read({}).next("aaaa")
    read = RejectionMark.read({"bqml-registrar-rejected": first.as_label()})
    told = RejectionMark.read({"bqml-registrar-rejected": read.as_told().as_label()})

    assert (first.count, first.told) == (1, False)
    assert read == first
    assert read.next("aaaa") == first
    assert told.next("aaaa").told
    assert told.next("bbbb").count == 2


PARTS = st.text(
    st.characters(codec="utf-8", categories=["L", "N"], include_characters="_-"), max_size=80
)


@given(PARTS.filter(bool))
def test_a_name_is_a_valid_label_and_two_names_never_one(part: str) -> None:
    mark = name_mark(part)

    assert re.fullmatch(r"[a-z0-9_-]{1,63}", mark)
    assert mark == part or mark.startswith("sha256-")
    assert name_mark(mark) != mark or not mark.startswith("sha256-")


def of(dataset: str, model: str) -> dict[str, str]:
    name = replace(CHURN, dataset=dataset, model=model)
    return VersionMarks(
        source=source_mark(name), of_dataset=name_mark(dataset), of_model=name_mark(model)
    ).as_labels()


def test_the_labels_of_a_version_lead_back_to_its_bigquery_model() -> None:
    assert marked_name(of(CHURN.dataset, CHURN.model), CHURN.project) == CHURN


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"team": "growth"},
        of("prod_sales", "Churn"),
        of("d" * 64, "churn"),
        of("prod_sales", "sha256-1"),
        {**of("prod_sales", "churn"), "bqml-registrar-of-model": "visits"},
        {**of("prod_sales", "churn"), "bqml-registrar-of-model": ""},
    ],
    ids=["none", "others", "capital", "long", "like a digest", "changed by a person", "emptied"],
)
def test_labels_that_do_not_tell_for_sure_lead_nowhere(labels: dict[str, str]) -> None:
    assert marked_name(labels, CHURN.project) is None
