from __future__ import annotations

from bqml_registrar.delivery.model_section import model_section
from bqml_registrar.events.payloads import Model
from tests.builders import CHURN, a_model


def test_an_event_tells_which_model_of_which_generation_it_is_about() -> None:
    assert model_section(a_model()) == Model(
        name=str(CHURN),
        generation=a_model().generation,
        location="US",
        model_type="LINEAR_REGRESSION",
    )
