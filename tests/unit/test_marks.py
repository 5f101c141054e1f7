from __future__ import annotations

import re

from builders import CHURN
from hypothesis import given
from hypothesis import strategies as st

from shared.marks import RejectionMark, VersionMarks, source_mark
from shared.vertex_ids import version_alias

NUMBERS = st.integers(min_value=1, max_value=10**6)


@given(
    revision=NUMBERS,
    announced=NUMBERS,
    aliases=st.dictionaries(st.text(min_size=1).map(version_alias).filter(bool), NUMBERS),
)
def test_marks_are_valid_labels_and_read_back_as_written(
    revision: int, announced: int, aliases: dict[str, int]
) -> None:
    marks = VersionMarks(
        source=source_mark(CHURN), revision=revision, announced=announced, aliases=aliases
    )

    labels = marks.as_labels()

    assert VersionMarks.read(labels) == marks
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", value) for value in labels.values())


def test_a_refusal_told_last_is_the_same_mark_and_another_one_counts_on() -> None:
    none = RejectionMark.read({})
    first = none.next("aaaa")
    read = RejectionMark.read({"bqml-registrar-rejected": first.as_label()})

    assert read.next("aaaa") == read
    assert read.next("bbbb").count == 2
