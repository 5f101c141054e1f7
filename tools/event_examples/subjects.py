"""What the examples are about: one model and its version, and the rule for it."""

from __future__ import annotations

from datetime import UTC, datetime

from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

MODEL = BigQueryModel(
    name=ModelName(project="analytics-prod", dataset="prod_sales", model="churn"),
    etag="",
    created=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    location="US",
    model_type="LOGISTIC_REGRESSION",
    labels={},
)
VERSION = ModelVersion(
    name=VertexName(
        project="analytics-prod", region="us-central1", model_id="prod_sales-churn", version="1"
    ),
    etag="",
)
RULE = "production-models"
