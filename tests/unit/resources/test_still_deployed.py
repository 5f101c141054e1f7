from __future__ import annotations

import pytest

from bqml_registrar.resources.still_deployed import answer_says_deployed, entry_says_deployed
from tests.builders import DEPLOYED


@pytest.mark.parametrize(
    ("words", "in_entry", "in_answer"),
    [
        pytest.param(DEPLOYED, True, True, id="BigQuery's"),
        pytest.param(
            "it's deployed or being deployed at the following endpoint(s)",
            True,
            True,
            id="Vertex AI's",
        ),
        pytest.param("Please UNDEPLOY THE MODEL before retry.", True, True, id="in capitals"),
        pytest.param(
            "It is deployed or being deployed at 7.", False, True, id="in words not seen yet"
        ),
        pytest.param("The model is being trained.", False, False, id="another refusal"),
        pytest.param("", False, False, id="no words"),
    ],
)
def test_a_refusal_is_about_a_deployed_model_if_it_says_so(
    words: str, *, in_entry: bool, in_answer: bool
) -> None:
    assert entry_says_deployed(words) is in_entry
    assert answer_says_deployed(words) is in_answer
