"""Names of BigQuery and Vertex AI resources: parsed, validated, formatted."""

from __future__ import annotations

import re
from unicodedata import category

from msgspec import Struct
from msgspec.structs import replace

# https://cloud.google.com/resource-manager/docs/creating-managing-projects, domain-scoped ids included.
_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
# https://cloud.google.com/bigquery/docs/datasets#dataset-naming
_DATASET = re.compile(r"[A-Za-z0-9_]{1,1024}")
# https://cloud.google.com/bigquery/docs/tables#table_naming, which the page of CREATE MODEL refers to:
# letters, marks, numbers, connectors, dashes and spaces of any script.
_MODEL_CATEGORIES = frozenset(
    ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Zs")
)
_MODEL_BYTES = 1024  # of UTF-8
_SEGMENT = re.compile(r"[a-z0-9.:-]{1,80}")
# It becomes a part of the host that gets our credentials: only letters, digits and hyphens.
_REGION = re.compile(r"[a-z0-9-]{1,80}")
_JOB = re.compile(r"[A-Za-z0-9_-]{1,1024}")

# https://cloud.google.com/bigquery/docs/managing-models-vertex, "Location considerations".
_REGION_OF_MULTI_REGION = {"us": "us-central1", "eu": "europe-west4"}


class ModelName(Struct, frozen=True, kw_only=True, order=True):
    """A BigQuery ML model's full name, as BigQuery writes it: nothing of it is normalised."""

    project: str
    dataset: str
    model: str

    def __post_init__(self) -> None:
        for is_valid, part in (
            (_PROJECT.fullmatch(self.project), self.project),
            (_DATASET.fullmatch(self.dataset), self.dataset),
            (is_model_id(self.model), self.model),
        ):
            if not is_valid:
                raise ValueError(f"{part[:80]!r} is not a part of a BigQuery model's name")

    @classmethod
    def parse(cls, resource: str) -> ModelName:
        """From `projects/P/datasets/D/models/M`; ValueError for anything else."""
        return cls._of_parts(resource, "models")

    @classmethod
    def of_destination_table(cls, resource: str) -> ModelName:
        """From a CREATE MODEL job's `projects/P/datasets/D/tables/M`; ValueError for anything else."""
        return cls._of_parts(resource, "tables")

    @classmethod
    def _of_parts(cls, resource: str, collection: str) -> ModelName:
        match resource.split("/"):
            case ["projects", project, "datasets", dataset, kind, model] if kind == collection:
                return cls(project=project, dataset=dataset, model=model)
        raise ValueError(f"{resource[:200]!r} is not projects/P/datasets/D/{collection}/M")

    def __str__(self) -> str:
        return f"projects/{self.project}/datasets/{self.dataset}/models/{self.model}"


class DatasetName(Struct, frozen=True, kw_only=True, order=True):
    """A BigQuery dataset's full name."""

    project: str
    dataset: str

    def __post_init__(self) -> None:
        for pattern, part in ((_PROJECT, self.project), (_DATASET, self.dataset)):
            if not pattern.fullmatch(part):
                raise ValueError(f"{part[:80]!r} is not a part of a BigQuery dataset's name")

    @classmethod
    def parse(cls, resource: str) -> DatasetName:
        """From `projects/P/datasets/D`; ValueError for anything else."""
        match resource.split("/"):
            case ["projects", project, "datasets", dataset]:
                return cls(project=project, dataset=dataset)
        raise ValueError(f"{resource[:200]!r} is not projects/P/datasets/D")

    def __str__(self) -> str:
        return f"projects/{self.project}/datasets/{self.dataset}"


class JobName(Struct, frozen=True, kw_only=True):
    """A BigQuery job's name as audit entries give it: without a location."""

    project: str
    job: str

    @classmethod
    def parse(cls, resource: str) -> JobName:
        """From `projects/P/jobs/J`; ValueError for anything else (a redacted project, say)."""
        match resource.split("/"):
            case ["projects", project, "jobs", job] if _PROJECT.fullmatch(
                project
            ) and _JOB.fullmatch(job):
                return cls(project=project, job=job)
        raise ValueError(f"{resource[:200]!r} is not projects/P/jobs/J")

    def __str__(self) -> str:
        return f"projects/{self.project}/jobs/{self.job}"


class VertexName(Struct, frozen=True, kw_only=True):
    """A model in the Vertex AI Model Registry, or one of its versions."""

    project: str
    region: str
    model_id: str
    version: str = ""

    def at(self, version: str) -> VertexName:
        """This model's version of that number."""
        return replace(self, version=version)

    def __str__(self) -> str:
        name = f"projects/{self.project}/locations/{self.region}/models/{self.model_id}"
        return f"{name}@{self.version}" if self.version else name


class EndpointName(Struct, frozen=True, kw_only=True, order=True):
    """An endpoint in Vertex AI; `project` is an id or, in what Google answers, a number."""

    project: str
    region: str
    endpoint: str

    @classmethod
    def parse(cls, resource: str) -> EndpointName:
        """From `projects/P/locations/L/endpoints/E`; ValueError for anything else."""
        match resource.split("/"):
            case ["projects", project, "locations", region, "endpoints", endpoint] if (
                _REGION.fullmatch(region)
                and _SEGMENT.fullmatch(project)
                and _SEGMENT.fullmatch(endpoint)
            ):
                return cls(project=project, region=region, endpoint=endpoint)
        raise ValueError(f"{resource[:200]!r} is not projects/P/locations/L/endpoints/E")

    def __str__(self) -> str:
        return f"projects/{self.project}/locations/{self.region}/endpoints/{self.endpoint}"


def is_model_id(text: str) -> bool:
    """Whether BigQuery lets a model be named so within its dataset."""
    if not 0 < len(text) <= _MODEL_BYTES:
        return False
    # The characters first: a surrogate has no UTF-8.
    return (
        all(category(char) in _MODEL_CATEGORIES for char in text)
        and len(text.encode()) <= _MODEL_BYTES
    )


def vertex_region(location: str) -> str:
    """The Vertex AI region in which BigQuery registers the models of a BigQuery location."""
    lowered = location.lower()
    return _REGION_OF_MULTI_REGION.get(lowered, lowered)


def bare_model_id(vertex_model_id: str) -> str:
    """The id in `trainingRuns[].vertexAiModelId`, which reads as a bare id or as a resource path."""
    return vertex_model_id.rpartition("/")[2].partition("@")[0]
