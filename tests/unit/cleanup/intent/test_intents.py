from __future__ import annotations

import pytest

from tests.builders import an_intent


@pytest.mark.parametrize(("hop", "expected"), [(0, False), (1, True), (7, True)])
def test_an_intent_that_was_planned_before_is_a_continuation(hop: int, *, expected: bool) -> None:
    assert an_intent(hop=hop).is_continuation is expected
