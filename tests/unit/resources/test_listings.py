"""Models as lists show them."""

from __future__ import annotations

from datetime import UTC, datetime

from bqml_registrar.resources.listings import ListedModel
from tests.builders import a_model


def test_a_listed_model_is_of_the_same_generation_as_the_model_itself() -> None:
    model = a_model(created=datetime(2026, 11, 2, 9, 30, 0, 123_000, tzinfo=UTC))
    listed = ListedModel(
        name=model.name,
        created=model.created,
        modified=model.created,
        model_type=model.model_type,
        labels={},
    )

    assert listed.generation == model.generation == "1793611800123"
