from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.bookkeeping.ownership import name_label, source_digest
from bqml_registrar.bookkeeping.versions import AliasLabel, VersionLabels, labels_once_announced
from bqml_registrar.policy.vertex_ids import version_alias
from tests.builders import CHURN

NUMBERS = st.integers(min_value=1, max_value=10**6)


@given(
    revision=NUMBERS,
    announced=NUMBERS,
    aliases=st.dictionaries(
        st.text(min_size=1).map(version_alias).filter(bool),
        st.one_of(
            st.builds(AliasLabel, NUMBERS, st.booleans()),
            st.builds(AliasLabel, NUMBERS, over=NUMBERS.map(str)),
        ),
    ),
)
def test_marks_are_valid_labels_and_read_back_as_written(
    revision: int, announced: int, aliases: dict[str, AliasLabel]
) -> None:
    marks = VersionLabels(
        source=source_digest(CHURN),
        of_dataset=name_label(CHURN.dataset),
        of_model=name_label(CHURN.model),
        revision=revision,
        announced=announced,
        aliases=aliases,
    )

    labels = marks.as_labels()

    assert VersionLabels.read(labels) == marks
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())


@pytest.mark.parametrize(
    ("announced", "revision", "expected"), [("", 1, "1"), ("1", 2, "2"), ("3", 2, "3")]
)
def test_an_older_revision_never_takes_back_what_a_later_one_announced(
    announced: str, revision: int, expected: str
) -> None:
    labels = {"bqml-registrar-announced": announced}

    assert labels_once_announced(labels, revision) == {"bqml-registrar-announced": expected}


def test_the_mark_of_an_alias_that_was_taken_away_goes_when_that_is_announced() -> None:
    labels = {
        "bqml-registrar-announced": "3",
        "bqml-registrar-alias-prod": "4-removed",
        "bqml-registrar-alias-next": "5-removed",
        "bqml-registrar-alias-eu": "4",
    }

    assert labels_once_announced(labels, 4) == {
        "bqml-registrar-announced": "4",
        "bqml-registrar-alias-prod": None,
    }
