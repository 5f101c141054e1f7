"""Reads a model's versions, and the endpoints that serve them, from Vertex AI."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.bookkeeping.ownership import OWNER, source_digest
from bqml_registrar.cleanup.intent.intents import PlannedUndeployment
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.names import EndpointName
from bqml_registrar.ports import Endpoints, ModelRegistry
from bqml_registrar.resources.endpoints import Endpoint
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


def own_versions(
    model: BigQueryModel, document: ModelDocument | None, registry: ModelRegistry
) -> tuple[ModelVersion, ...]:
    """The versions that were made of this BigQuery model, each with its deployments.

    These are the version that BigQuery names, and those that the store names. Labels prove nothing:
    people copy them. Others of the id belong to other models or to a person. Endpoints of remote
    models are BigQuery's own.
    """
    if model.is_remote or not model.registered_as:
        return ()
    past = [past.vertex for past in document.replaced] if document else []
    known = {model.vertex_version} | {
        name.version for name in past if name and name.at("") == model.vertex
    }
    own = [
        version.name
        for version in registry.versions(model.vertex)
        if version.name.version in known and not _is_of_another(version, model)
    ]
    # Read each one: it is not documented whether a list shows deployments.
    read = (registry.get(name) for name in own)
    return tuple(version for version in read if version)


def _is_of_another(version: ModelVersion, model: BigQueryModel) -> bool:
    """Whether our label names another model: it proves nothing, but it may forbid."""
    label = version.labels.get(OWNER)
    is_named = version.name.version == model.vertex_version
    return label not in (None, source_digest(model.name)) and not is_named


def endpoints_of(
    versions: Iterable[ModelVersion], planned: Iterable[PlannedUndeployment], context: Context
) -> tuple[Endpoint, ...]:
    """The endpoints that serve the versions or have planned undeployments, if they still exist."""
    serving = {ref.endpoint for version in versions for ref in version.deployed}
    names = sorted(serving | {undeployment.endpoint for undeployment in planned})
    tasks = [partial(_read, context.ports.endpoints, name) for name in names]
    found = [endpoint for endpoint in in_parallel(tasks, context.workers) if endpoint]
    return tuple(sorted(found, key=lambda endpoint: endpoint.name))


def _read(endpoints: Endpoints, name: EndpointName) -> Endpoint | None:
    return endpoints.get(name)
