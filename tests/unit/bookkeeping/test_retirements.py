from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.bookkeeping.retirements import MARK, RetirementMark
from tests.builders import a_model

GENERATION = a_model().generation
MARKS = st.builds(
    RetirementMark,
    count=st.integers(1, 999_999),
    wanted=st.sampled_from(
        ["none", "inherited", "none20261201", "inherited20261201", "20261201", "unclear0123abcd"]
    ),
    generation=st.just(GENERATION),
    told=st.booleans(),
)


@given(MARKS)
def test_a_mark_is_read_as_it_was_written_and_fits_a_label(mark: RetirementMark) -> None:
    assert len(mark.as_label()) <= 63
    assert RetirementMark.read({MARK: mark.as_label()}) == mark
