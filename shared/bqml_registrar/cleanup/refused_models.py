"""Finds the models of a refusal: from the entry, the job, or the endpoints that it names."""

from __future__ import annotations

from functools import partial

from bqml_registrar.audit.refusals import Refusal
from bqml_registrar.audit.statements import (
    RefusedStatement,
    dataset_of_statement,
    model_of_statement,
)
from bqml_registrar.bookkeeping.ownership import labelled_model
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.names import DatasetName, EndpointName, ModelName, VertexName
from bqml_registrar.ports import Ports


def refused_models(
    refusal: Refusal, context: Context
) -> tuple[RefusedStatement, tuple[ModelName, ...]]:
    """The refused statement, and the models that it could not drop or replace; none if not known.

    For a dataset, these are its models that the named endpoints serve; they may serve others too.
    """
    if refusal.model and refusal.kind:
        return refusal.kind, (refusal.model,)
    if refusal.kind is RefusedStatement.DROP_SCHEMA:
        return refusal.kind, _of_dataset(refusal, context)
    stated = _stated(refusal, context.ports)
    if stated:
        return stated[0], (stated[1],)
    kind = refusal.kind or RefusedStatement.REPLACE_MODEL  # the one of the two that does less
    by_endpoint = _served(refusal, refusal.job.project if refusal.job else "", context)
    # It is the one model that all named endpoints serve; among several it is not known which.
    common = set.intersection(*by_endpoint) if by_endpoint else set()
    return kind, tuple(common) if len(common) == 1 else ()


def _of_dataset(refusal: Refusal, context: Context) -> tuple[ModelName, ...]:
    dataset = refusal.dataset or _stated_dataset(refusal, context.ports)
    if dataset is None:
        return ()
    served = set().union(*_served(refusal, dataset.project, context))
    return tuple(sorted(name for name in served if name.dataset == dataset.dataset))


def _stated_dataset(refusal: Refusal, ports: Ports) -> DatasetName | None:
    job = ports.deletions.statement(refusal.job, refusal.location) if refusal.job else None
    return dataset_of_statement(job.sql, job.default_project) if job else None


def _stated(refusal: Refusal, ports: Ports) -> tuple[RefusedStatement, ModelName] | None:
    """The statement and model by the job's SQL, which is never logged or published."""
    job = ports.deletions.statement(refusal.job, refusal.location) if refusal.job else None
    if job is None:
        return None
    stated = model_of_statement(job.sql, job.default_project, job.default_dataset)
    # A hidden table holds the result of a statement without a destination.
    is_named = job.destination and not job.destination.dataset.startswith("_")
    named = refusal.model or (job.destination if is_named else None)
    if named and (kind := refusal.kind or (stated and stated[0])):
        return kind, named
    return stated


def _served(refusal: Refusal, project: str, context: Context) -> list[set[ModelName]]:
    """The project's BigQuery models that each named endpoint serves.

    Our labels on a version say which model to ask about, and the store says whether that model has
    this version. An endpoint that is gone serves none. Each version is read once, even for several
    endpoints.
    """
    ports, workers = context.ports, context.workers
    endpoint_reads = [partial(_versions_on, name, ports) for name in refusal.endpoints]
    serving = list(in_parallel(endpoint_reads, workers))
    version_reads = [
        partial(_source, version, project, ports)
        for version in sorted(set().union(*serving), key=str)
    ]
    names = dict(in_parallel(version_reads, workers))
    return [{name for version in versions if (name := names[version])} for versions in serving]


def _versions_on(name: EndpointName, ports: Ports) -> set[VertexName]:
    endpoint = ports.endpoints.get(name)
    deployed = endpoint.deployed if endpoint else ()
    return {each.version_in(name.project) for each in deployed}


def _source(version: VertexName, project: str, ports: Ports) -> tuple[VertexName, ModelName | None]:
    seen = ports.registry.get(version)
    name = labelled_model(seen.labels, project) if seen else None
    document = Memory(lambda: name, ports).document if name else None
    known = [document.vertex, *(past.vertex for past in document.past)] if document else []
    is_own = any(_same(version, vertex) for vertex in known if vertex)
    return version, name if is_own else None


def _same(one: VertexName, other: VertexName) -> bool:
    """Whether two names are of one version: a project's number may stand for its id."""
    return (one.region, one.model_id, one.version) == (other.region, other.model_id, other.version)
