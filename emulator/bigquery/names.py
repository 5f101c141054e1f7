"""Names of datasets and models, as resources, in messages, and as keys of the stores."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from emulator.errors import ServiceError, invalid, not_found

# https://cloud.google.com/bigquery/docs/create-machine-learning-model-registry: location mapping.
_REGISTRY_REGIONS = {"us": "us-central1", "eu": "europe-west4"}
_DATASET_ID = re.compile(r"[A-Za-z0-9_]{1,1024}")
# https://cloud.google.com/bigquery/docs/tables#table_naming, which the page of CREATE MODEL refers to.
_TABLE_CATEGORIES = ("L", "M", "N", "Pc", "Pd", "Zs")
_TABLE_BYTES = 1024


@dataclass(frozen=True, order=True)
class DatasetName:
    """The name of a dataset; `str` gives it as error messages do."""

    project: str
    dataset: str

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}"

    @property
    def resource(self) -> str:
        """`projects/P/datasets/D`."""
        return f"projects/{self.project}/datasets/{self.dataset}"

    @property
    def reference(self) -> dict[str, str]:
        """The datasetReference of REST."""
        return {"datasetId": self.dataset, "projectId": self.project}

    @property
    def hidden(self) -> bool:
        """Whether lists leave it out: https://cloud.google.com/bigquery/docs/datasets#hidden_datasets."""
        return self.dataset.startswith("_")

    def checked(self) -> DatasetName:
        """This name, if a new dataset may bear it."""
        if not _DATASET_ID.fullmatch(self.dataset):
            raise invalid(
                f'Invalid dataset ID "{self.dataset}". Dataset IDs must be alphanumeric (plus underscores) '
                "and must be at most 1024 characters long."
            )
        return self

    def missing(self, location: str | None = None) -> ServiceError:
        """The error for a dataset that is not there (for a job: not in its location)."""
        where = f" was not found in location {location}" if location else ""
        return not_found(f"Not found: Dataset {self}{where}")


@dataclass(frozen=True, order=True)
class ModelName:
    """The name of a model; `str` gives it as error messages do."""

    project: str
    dataset: str
    model: str

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}.{self.model}"

    @property
    def resource(self) -> str:
        """`projects/P/datasets/D/models/M`."""
        return f"{self.parent.resource}/models/{self.model}"

    @property
    def parent(self) -> DatasetName:
        """The dataset."""
        return DatasetName(self.project, self.dataset)

    @property
    def reference(self) -> dict[str, str]:
        """The modelReference of REST."""
        return {"projectId": self.project, "datasetId": self.dataset, "modelId": self.model}

    @property
    def as_table(self) -> dict[str, str]:
        """The reference by which jobs name a model: as if it were a table."""
        return {"projectId": self.project, "datasetId": self.dataset, "tableId": self.model}

    def missing(self) -> ServiceError:
        """The error for a model that is not there."""
        return not_found(f"Not found: Model {self}")

    def checked(self) -> ModelName:
        """This name, if a new model may bear it."""
        if not is_model_id(self.model):
            # assumed: the text, after the one for tables.
            raise invalid(
                f'Invalid model ID "{self.model}". Model IDs must be alphanumeric (plus underscores) '
                "and must be at most 1024 characters long."
            )
        return self


def is_model_id(text: str) -> bool:
    """Whether a model may be named so: by the rules of tables, letters of all scripts, in UTF-8."""
    categories = map(unicodedata.category, text)
    is_clean = all(category.startswith(_TABLE_CATEGORIES) for category in categories)
    return is_clean and 0 < len(text.encode()) <= _TABLE_BYTES


def dataset_name(resource: dict[str, Any]) -> DatasetName:
    """The name of a dataset resource."""
    reference = resource["datasetReference"]
    return DatasetName(reference["projectId"], reference["datasetId"])


def model_name(resource: dict[str, Any]) -> ModelName:
    """The name of a model resource."""
    reference = resource["modelReference"]
    return ModelName(reference["projectId"], reference["datasetId"], reference["modelId"])


def registry_region(location: str) -> str:
    """The Vertex AI region in which models of a BigQuery location are registered."""
    return _REGISTRY_REGIONS.get(location.lower(), location.lower())
