"""The types of BigQuery ML models, and what each can do in Vertex AI: the one table.

Sources: https://cloud.google.com/bigquery/docs/reference/rest/v2/models#ModelType,
https://cloud.google.com/bigquery/docs/managing-models-vertex and
https://cloud.google.com/bigquery/docs/exporting-models; types that no page lists are `_UNLISTED`.
"""

from __future__ import annotations

from msgspec import Struct


class Capability(Struct, frozen=True):
    """Whether a registered model can be deployed to an endpoint, and why not."""

    deployable: bool
    note: str = ""


_EXPORTABLE = Capability(deployable=True)
_FORECAST = Capability(
    deployable=False, note="Forecasting models register but cannot be deployed; use ML.FORECAST."
)
_UNLISTED = Capability(
    deployable=False,
    note="Not in the list of exportable model types; deployment is not documented.",
)

_TABLE = {
    "LINEAR_REGRESSION": _EXPORTABLE,
    "LOGISTIC_REGRESSION": _EXPORTABLE,
    "KMEANS": _EXPORTABLE,
    "MATRIX_FACTORIZATION": _EXPORTABLE,
    "PCA": _EXPORTABLE,
    "AUTOENCODER": _EXPORTABLE,
    "DNN_CLASSIFIER": _EXPORTABLE,
    "DNN_REGRESSOR": _EXPORTABLE,
    "DNN_LINEAR_COMBINED_CLASSIFIER": _EXPORTABLE,
    "DNN_LINEAR_COMBINED_REGRESSOR": _EXPORTABLE,
    "BOOSTED_TREE_CLASSIFIER": _EXPORTABLE,
    "BOOSTED_TREE_REGRESSOR": _EXPORTABLE,
    "RANDOM_FOREST_CLASSIFIER": _EXPORTABLE,
    "RANDOM_FOREST_REGRESSOR": _EXPORTABLE,
    "AUTOML_CLASSIFIER": _EXPORTABLE,
    "AUTOML_REGRESSOR": _EXPORTABLE,
    "TENSORFLOW": _EXPORTABLE,
    "TRANSFORM_ONLY": _EXPORTABLE,
    "ARIMA_PLUS": _FORECAST,
    "ARIMA_PLUS_XREG": _FORECAST,
    "XGBOOST": Capability(
        deployable=False, note="Imported XGBoost models register but cannot be deployed."
    ),
    "ARIMA": _UNLISTED,
    "CONTRIBUTION_ANALYSIS": _UNLISTED,
    "MODEL_TYPE_UNSPECIFIED": _UNLISTED,
    "ONNX": _UNLISTED,
    "TENSORFLOW_LITE": _UNLISTED,
}
# All values of a model's `modelType`: a policy can ask for no other.
MODEL_TYPES = tuple(sorted(_TABLE))


def capability(model_type: str) -> Capability:
    """What a model of this REST `modelType` can do; unlisted types are not known to deploy."""
    return _TABLE.get(model_type, _UNLISTED)
