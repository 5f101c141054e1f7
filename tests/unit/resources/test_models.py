from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_model

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("vertex_model_id", "registered_as"),
    [
        ("", ""),
        ("churn", "churn"),
        ("projects/1/locations/us-central1/models/churn@1", "churn"),
    ],
)
def test_a_model_is_registered_under_the_bare_id(vertex_model_id: str, registered_as: str) -> None:
    assert a_model(vertex_model_id=vertex_model_id).registered_as == registered_as


@given(st.integers(min_value=1_500_000_000_000, max_value=4_000_000_000_000))
def test_a_generation_is_the_creation_time_to_the_millisecond(milliseconds: int) -> None:
    model = a_model(created=EPOCH + timedelta(milliseconds=milliseconds))

    assert model.generation == str(milliseconds)
