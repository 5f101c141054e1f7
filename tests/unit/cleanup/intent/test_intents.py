from __future__ import annotations

import pytest

from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.cleanup.intent.intents import REFUSED_INTENTS
from tests.builders import an_intent


@pytest.mark.parametrize(("hop", "expected"), [(0, False), (1, True), (7, True)])
def test_an_intent_that_was_planned_before_is_a_continuation(hop: int, *, expected: bool) -> None:
    assert an_intent(hop=hop).is_continuation is expected


@pytest.mark.parametrize("statement", RefusedStatement)
def test_every_refused_statement_is_an_intent_of_its_own_kind(statement: RefusedStatement) -> None:
    others = [kind for other, kind in REFUSED_INTENTS.items() if other is not statement]

    assert REFUSED_INTENTS[statement] not in others
