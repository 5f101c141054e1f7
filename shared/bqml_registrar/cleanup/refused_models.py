"""Which models a refusal was about: told by the entry, by the job, or by the endpoints that it names."""

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
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.names import DatasetName, EndpointName, ModelName, VertexName
from bqml_registrar.ports import Ports


def refused_models(
    refusal: Refusal, context: Context
) -> tuple[RefusedStatement, tuple[ModelName, ...]]:
    """What was refused, and which models could not be dropped or replaced; none if nothing tells.

    Of a dataset, each of its models that the named endpoints tell of: they may serve others too.
    """
    if refusal.model and refusal.kind:
        return refusal.kind, (refusal.model,)
    if refusal.kind is RefusedStatement.DROP_SCHEMA:
        return refusal.kind, _of_dataset(refusal, context)
    stated = _stated(refusal, context.ports)
    if stated:
        return stated[0], (stated[1],)
    kind = refusal.kind or RefusedStatement.REPLACE_MODEL  # of the two what does less
    by_endpoint = _served(refusal, refusal.job.project if refusal.job else "", context)
    # The one model that all of the named endpoints serve; of several, nobody knows which.
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
    """What the job says, which is asked for it and never told."""
    job = ports.deletions.statement(refusal.job, refusal.location) if refusal.job else None
    if job is None:
        return None
    stated = model_of_statement(job.sql, job.default_project, job.default_dataset)
    # A hidden table is where BigQuery keeps the result of what has no destination.
    is_told = job.destination and not job.destination.dataset.startswith("_")
    named = refusal.model or (job.destination if is_told else None)
    if named and (kind := refusal.kind or (stated and stated[0])):
        return kind, named
    return stated


def _served(refusal: Refusal, project: str, context: Context) -> list[set[ModelName]]:
    """For each named endpoint the project's BigQuery models that it serves, by our labels on those.

    None for one that is gone. A version is read once, on however many endpoints it is.
    """
    ports, workers = context.ports, context.workers
    looks = [partial(_versions_on, name, ports) for name in refusal.endpoints]
    serving = list(in_parallel(looks, workers))
    reads = [
        partial(_marked, version, project, ports)
        for version in sorted(set().union(*serving), key=str)
    ]
    names = dict(in_parallel(reads, workers))
    return [{name for version in versions if (name := names[version])} for versions in serving]


def _versions_on(name: EndpointName, ports: Ports) -> set[VertexName]:
    endpoint = ports.endpoints.get(name)
    return {
        VertexName(
            project=name.project,
            region=deployed.region,
            model_id=deployed.model_id,
            version=deployed.version,
        )
        for deployed in (endpoint.deployed if endpoint else ())
    }


def _marked(version: VertexName, project: str, ports: Ports) -> tuple[VertexName, ModelName | None]:
    seen = ports.registry.get(version)
    return version, labelled_model(seen.labels, project) if seen else None
