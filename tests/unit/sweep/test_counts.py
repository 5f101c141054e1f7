from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from bqml_registrar.sweep.counts import Counts

COUNTS = st.builds(Counts, **dict.fromkeys(Counts.__struct_fields__, st.integers(0, 5 * 10**8)))


@given(COUNTS, COUNTS)
def test_two_deliveries_of_a_sweep_count_together_what_each_found(
    one: Counts, other: Counts
) -> None:
    both = asdict(one.plus(other))

    assert both == {name: asdict(one)[name] + asdict(other)[name] for name in both}
    assert one.plus(Counts()) == one
