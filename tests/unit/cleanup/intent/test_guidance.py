from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.cleanup.intent.guidance import how_to_name_the_model, how_to_request
from bqml_registrar.names import DatasetName, JobName, ModelName
from tests.builders import CHURN

SENTENCE = re.compile(r"Publish (\{.*\}) to the deletion-request topic\.", re.DOTALL)


def test_a_request_is_told_word_for_word() -> None:
    assert how_to_request(CHURN, force=False, reason="why") == (
        'Publish {"model": "projects/analytics-dev/datasets/prod_sales/models/churn", '
        '"delete": true, "force": false, "reason": "why"} to the deletion-request topic.'
    )


@given(force=st.booleans(), reason=st.text(max_size=50))
def test_what_is_to_be_published_is_one_line_of_json(force: bool, reason: str) -> None:
    told = SENTENCE.fullmatch(how_to_request(CHURN, force=force, reason=reason))

    assert told
    assert json.loads(told[1]) == {
        "model": str(CHURN),
        "delete": True,
        "force": force,
        "reason": reason,
    }
    assert "\n" not in told[1]


@pytest.mark.parametrize(
    ("about", "model"),
    [
        (
            JobName(project="analytics-dev", job="job_1"),
            "projects/analytics-dev/datasets/DATASET/models/MODEL",
        ),
        (
            DatasetName(project="analytics-dev", dataset="prod_sales"),
            "projects/analytics-dev/datasets/prod_sales/models/MODEL",
        ),
    ],
    ids=["job", "dataset"],
)
def test_where_the_model_is_not_known_its_place_is_held(
    about: JobName | DatasetName, model: str
) -> None:
    told = SENTENCE.match(how_to_name_the_model(about))

    assert told
    assert json.loads(told[1])["model"] == model
    assert ModelName.parse(model).model == "MODEL"
