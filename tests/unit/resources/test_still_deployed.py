from __future__ import annotations

import pytest

from bqml_registrar.resources.still_deployed import says_still_deployed
from tests.builders import DEPLOYED


@pytest.mark.parametrize(
    ("words", "is_deployed"),
    [
        pytest.param(DEPLOYED, True, id="BigQuery's"),
        pytest.param(
            "it's deployed or being deployed at the following endpoint(s)", True, id="Vertex AI's"
        ),
        pytest.param("Please UNDEPLOY THE MODEL before retry.", True, id="in capitals"),
        pytest.param("The model is being trained.", False, id="another refusal"),
        pytest.param("", False, id="no words"),
    ],
)
def test_a_refusal_is_about_a_deployed_model_if_it_says_so(
    words: str, *, is_deployed: bool
) -> None:
    assert says_still_deployed(words) is is_deployed
