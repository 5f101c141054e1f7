"""Resources as sections of an event's data."""

from __future__ import annotations

from bqml_registrar.events.payloads import Model
from bqml_registrar.resources.models import BigQueryModel


def model_section(model: BigQueryModel) -> Model:
    """The BigQuery model's section."""
    return Model(
        name=str(model.name),
        generation=model.generation,
        location=model.location,
        model_type=model.model_type,
    )
