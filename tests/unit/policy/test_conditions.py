from __future__ import annotations

import pytest

from bqml_registrar.policy.conditions import Condition
from tests.unit.policy.known import is_


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (is_("prod"), "prod", True),
        (is_("prod"), "Prod", False),
        (is_("prod"), None, False),
        (is_("prod", "staging-*"), "staging-eu", True),
        (is_("v[0-9]"), "v3", True),
        (is_("ग्रा*"), "ग्राहक", True),
        (is_("my ?odel*"), "my model-1", True),
        (is_("mod\u00e8le"), "mode\u0300le", False),
        (is_("v?"), "v10", False),
        (is_(""), "", True),
        (is_("*"), None, False),
        (Condition(present=True), "", True),
        (Condition(present=True), None, False),
        (Condition(present=False), None, True),
        (Condition(present=False), "", False),
    ],
)
def test_a_condition_holds_as_it_says(
    condition: Condition, value: str | None, *, holds: bool
) -> None:
    assert condition.holds(value) is holds
