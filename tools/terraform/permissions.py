"""Which IAM permissions the product's API calls need, and where that is said.

A row for each method that the functions call, as the local cloud's record of calls names it; where
it depends on the request, a row for each kind of request. tests/terraform compares the rows of the
calls that each function makes with its role in terraform/custom_roles.tf.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_BIGQUERY = "https://docs.cloud.google.com/bigquery/docs/reference/rest/v2"
_VERTEX = (
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1"
    "/projects.locations"
)
# What can be granted on a single dataset, with what is in it; all else only on a project or above.
_ON_DATASETS = ("bigquery.datasets.", "bigquery.models.")
_ON_DATABASES = "datastore.entities."


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A permission that a call needs: the page that says so, and what of it is our inference."""

    permission: str
    source: str
    assumed: str = ""


# Granted on each topic by itself, hence in no role of ours.
PUBLISH = "google.pubsub.v1.Publisher.Publish"
PUBLISH_NEED = Need(
    permission="pubsub.topics.publish",
    source="https://docs.cloud.google.com/pubsub/docs/access-control",
)

_REGISTERS = Need(
    permission="aiplatform.models.upload",
    source="https://docs.cloud.google.com/bigquery/docs/managing-models-vertex",
    assumed="the page names roles/aiplatform.admin or a custom role; refusals name this permission, "
    "as the caller's",
)
_DELETES_VERSION = Need(
    permission="aiplatform.models.delete",
    source="https://docs.cloud.google.com/bigquery/docs/managing-models-vertex",
    assumed="BigQuery takes the version along, and asks for the caller's permissions as it does at "
    "registration",
)


def _need(permission: str, page: str, assumed: str = "") -> Need:
    root = _BIGQUERY if permission.startswith("bigquery.") else _VERTEX
    separator = "/" if root is _BIGQUERY else "."
    return Need(permission=permission, source=f"{root}{separator}{page}", assumed=assumed)


_DATASETS = "google.cloud.bigquery.v2.DatasetService"
_MODELS = "google.cloud.bigquery.v2.ModelService"
_JOBS = "google.cloud.bigquery.v2.JobService"
_REGISTRY = "google.cloud.aiplatform.v1.ModelService"
_ENDPOINTS = "google.cloud.aiplatform.v1.EndpointService"
_LABELS = _need("bigquery.models.updateMetadata", "models/patch")
_DELETES = _need("bigquery.models.delete", "models/delete")

NEEDS: Mapping[str, tuple[Need, ...]] = {
    # Any other view needs bigquery.datasets.getIamPolicy as well.
    f"{_DATASETS}.GetDataset: METADATA": (
        _need("bigquery.datasets.get", "datasets/get#DatasetView"),
    ),
    f"{_DATASETS}.ListDatasets": (
        Need(
            permission="bigquery.datasets.get",
            # Granted on single datasets, those are the ones that are listed.
            source="https://docs.cloud.google.com/bigquery/docs/listing-datasets",
        ),
    ),
    f"{_MODELS}.GetModel": (_need("bigquery.models.getMetadata", "models/get"),),
    f"{_MODELS}.ListModels": (_need("bigquery.models.list", "models/list"),),
    f"{_MODELS}.PatchModel: labels": (_LABELS,),
    f"{_MODELS}.PatchModel: labels, vertexAiModelId": (_LABELS, _REGISTERS),
    f"{_MODELS}.DeleteModel": (_DELETES,),
    f"{_MODELS}.DeleteModel: registered": (_DELETES, _DELETES_VERSION),
    f"{_JOBS}.GetJob": (_need("bigquery.jobs.get", "jobs/get"),),
    f"{_JOBS}.ListJobs: allUsers": (_need("bigquery.jobs.listAll", "jobs/list"),),
    f"{_REGISTRY}.GetModel": (_need("aiplatform.models.get", "models/get"),),
    f"{_REGISTRY}.ListModels": (_need("aiplatform.models.list", "models/list"),),
    f"{_REGISTRY}.ListModelVersions": (
        _need(
            "aiplatform.models.list",
            "models/listVersions",
            "of the two permissions to read, that for lists; who needs it has the other one as well",
        ),
    ),
    f"{_REGISTRY}.UpdateModel": (_need("aiplatform.models.update", "models/patch"),),
    f"{_REGISTRY}.MergeVersionAliases": (
        _need("aiplatform.models.update", "models/mergeVersionAliases"),
    ),
    f"{_ENDPOINTS}.GetEndpoint": (_need("aiplatform.endpoints.get", "endpoints/get"),),
    f"{_ENDPOINTS}.UpdateEndpoint": (_need("aiplatform.endpoints.update", "endpoints/patch"),),
    f"{_ENDPOINTS}.UndeployModel": (
        _need("aiplatform.endpoints.undeploy", "endpoints/undeployModel"),
    ),
    f"{_ENDPOINTS}.DeleteEndpoint": (_need("aiplatform.endpoints.delete", "endpoints/delete"),),
    "google.longrunning.Operations.GetOperation": (
        Need(
            permission="aiplatform.endpoints.get",
            source="https://docs.cloud.google.com/vertex-ai/docs/general/iam-permissions",
            assumed="the product looks at operations of endpoints only",
        ),
    ),
}


STORE = "google.firestore.v1.Firestore"
_STORE_PAGE = "https://docs.cloud.google.com/firestore/native/docs/security/iam"
_READS = Need(permission="datastore.entities.get", source=_STORE_PAGE)
_LISTS = Need(permission="datastore.entities.list", source=_STORE_PAGE)
_CREATES = Need(permission="datastore.entities.create", source=_STORE_PAGE)
_UPDATES = Need(
    permission="datastore.entities.update",
    source=_STORE_PAGE,
    assumed="that a precondition on the update time takes what one on existence does; "
    "`datastore.databases.get` is for transactions only",
)

# Granted on one database each: what the functions remember.
STORE_NEEDS: Mapping[str, tuple[Need, ...]] = {
    f"{STORE}.BatchGetDocuments": (_READS,),
    f"{STORE}.RunQuery": (_READS, _LISTS),
    # No write deletes: documents expire.
    f"{STORE}.Commit": (_CREATES, _UPDATES),
}


class UnknownCallError(Exception):
    """The product makes a call that has no row here."""


def needs_of(call: str) -> tuple[Need, ...]:
    """What a call needs; UnknownCallError for one that nobody has looked up yet."""
    needs = NEEDS.get(call) or STORE_NEEDS.get(call)
    if needs is None:
        raise UnknownCallError(f"{call}: look up its permissions, and add a row to {__name__}")
    return needs


def is_for_datasets(permission: str) -> bool:
    """Whether it can be granted on single datasets, and holds for the models in them."""
    return permission.startswith(_ON_DATASETS)


def permissions_table() -> str:
    """Every call with its permissions, where they can be granted, and the page that says so."""
    rows: dict[tuple[str, str], str] = {}
    for call, needs in {**NEEDS, **STORE_NEEDS, PUBLISH: (PUBLISH_NEED,)}.items():
        for need in needs:
            # Of a method's second kind of request only what it needs besides.
            rows.setdefault((call.partition(":")[0], need.permission), _row(call, need))
    header = ["| Call | Permission | Granted on | Source |", "|---|---|---|---|"]
    return "\n".join([*header, *rows.values()])


def _row(call: str, need: Need) -> str:
    method, _, kind = call.partition(": ")
    name = method.removeprefix("google.").removeprefix("cloud.")
    told = f"`{name}`" + (f" ({kind})" if kind else "")
    where = _granted_on(need)
    source = f"[page]({need.source})" + (f"; assumed: {need.assumed}" if need.assumed else "")
    return f"| {told} | `{need.permission}` | {where} | {source} |"


def _granted_on(need: Need) -> str:
    if need is PUBLISH_NEED:
        return "topic"
    if need.permission.startswith(_ON_DATABASES):
        return "database"
    return "dataset or project" if is_for_datasets(need.permission) else "project"
