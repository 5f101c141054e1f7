"""Names of models as BigQuery's answers have them."""

from __future__ import annotations

from bqml_registrar.errors import PermanentError
from bqml_registrar.names import ModelName
from bqml_registrar.reasons import Reason


def answered_name(project: str | None, dataset: str | None, model: str | None) -> ModelName:
    """The model that an answer names; PermanentError if our types cannot hold such a name."""
    try:
        return ModelName(project=project or "", dataset=dataset or "", model=model or "")
    except ValueError as error:
        raise PermanentError(Reason.NAME_NOT_ALLOWED, str(error)) from error
