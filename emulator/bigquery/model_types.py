"""The MODEL_TYPE option of CREATE MODEL and the modelType of REST, where they differ.

https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-create
https://cloud.google.com/bigquery/docs/reference/rest/v2/models#ModelType
"""

from __future__ import annotations

from emulator.errors import invalid

REMOTE = "MODEL_TYPE_UNSPECIFIED"  # assumed: remote models show no type of their own
_RENAMED = {"LINEAR_REG": "LINEAR_REGRESSION", "LOGISTIC_REG": "LOGISTIC_REGRESSION"}
_SAME = {
    "ARIMA",
    "ARIMA_PLUS",
    "ARIMA_PLUS_XREG",
    "AUTOENCODER",
    "AUTOML_CLASSIFIER",
    "AUTOML_REGRESSOR",
    "BOOSTED_TREE_CLASSIFIER",
    "BOOSTED_TREE_REGRESSOR",
    "CONTRIBUTION_ANALYSIS",
    "DNN_CLASSIFIER",
    "DNN_LINEAR_COMBINED_CLASSIFIER",
    "DNN_LINEAR_COMBINED_REGRESSOR",
    "DNN_REGRESSOR",
    "KMEANS",
    "MATRIX_FACTORIZATION",
    "ONNX",
    "PCA",
    "RANDOM_FOREST_CLASSIFIER",
    "RANDOM_FOREST_REGRESSOR",
    "TENSORFLOW",
    "TENSORFLOW_LITE",
    "TRANSFORM_ONLY",
    "XGBOOST",
}
# Imported XGBoost models, and these two, cannot be deployed:
# https://cloud.google.com/bigquery/docs/managing-models-vertex
# assumed: nor can the types that the list of exportable ones leaves out:
# https://cloud.google.com/bigquery/docs/exporting-models
_NOT_EXPORTABLE = {"ARIMA_PLUS", "ARIMA_PLUS_XREG", "XGBOOST"}
_NOT_LISTED = {"ARIMA", "CONTRIBUTION_ANALYSIS", "ONNX", "TENSORFLOW_LITE"}


def is_exportable(rest_type: str) -> bool:
    """Whether Vertex AI can deploy a model of this REST type."""
    return rest_type not in _NOT_EXPORTABLE | _NOT_LISTED


def rest_model_type(option: str) -> str:
    """The REST model type of a MODEL_TYPE option."""
    name = option.upper()
    if name not in _RENAMED and name not in _SAME:
        raise invalid(f"Unsupported model type: {option}", "invalidQuery")  # assumed: the text
    return _RENAMED.get(name, name)
