from __future__ import annotations

import pytest

from bqml_registrar.adapters.answered_names import answered_name
from bqml_registrar.errors import PermanentError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.model_names import NO_NAMES, UNUSUAL


@pytest.mark.parametrize("model", ["churn", *UNUSUAL.values()], ids=["plain", *UNUSUAL])
def test_a_name_is_taken_as_it_was_answered(model: str) -> None:
    name = answered_name(CHURN.project, CHURN.dataset, model)

    assert (name.project, name.dataset, name.model) == (CHURN.project, CHURN.dataset, model)


@pytest.mark.parametrize("model", [None, *NO_NAMES.values()], ids=["absent", *NO_NAMES])
def test_a_name_that_cannot_be_handled_is_for_a_person(model: str | None) -> None:
    with pytest.raises(PermanentError) as refused:
        answered_name(CHURN.project, CHURN.dataset, model)

    assert refused.value.reason is Reason.NAME_NOT_ALLOWED
    assert refused.value.detail.isprintable()
