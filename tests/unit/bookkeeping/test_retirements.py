from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.bookkeeping.retirements import RETIREMENT, RetirementLabel
from tests.builders import a_model

GENERATION = a_model().generation
MARKS = st.builds(
    RetirementLabel,
    count=st.integers(1, 999_999),
    wanted=st.sampled_from(
        ["none", "inherited", "none20261201", "inherited20261201", "20261201", "unclear0123abcd"]
    ),
    generation=st.just(GENERATION),
    announced=st.booleans(),
)


@given(MARKS)
def test_a_mark_is_read_as_it_was_written_and_fits_a_label(mark: RetirementLabel) -> None:
    assert len(mark.as_label()) <= 63
    assert RetirementLabel.read({RETIREMENT: mark.as_label()}) == mark
