"""Which models a refusal was about: told by the entry, by the job, or by the endpoints that it names."""

from __future__ import annotations

from collections.abc import Iterable

from shared.cleanup.intents import IntentKind
from shared.cleanup.refusals import Refusal
from shared.cleanup.statements import dataset_of_statement, model_of_statement
from shared.deployments import DeployedModel
from shared.marks import marked_name
from shared.names import DatasetName, EndpointName, ModelName, VertexName
from shared.ports import Ports


def refused_models(refusal: Refusal, ports: Ports) -> tuple[IntentKind, tuple[ModelName, ...]]:
    """What was refused, and which models could not be dropped or replaced; none if nothing tells.

    Of a dataset, each of its models that the named endpoints tell of: they may serve others too.
    """
    if refusal.model and refusal.kind:
        return refusal.kind, (refusal.model,)
    if refusal.kind is IntentKind.REFUSED_DATASET:
        return refusal.kind, _of_dataset(refusal, ports)
    stated = _stated(refusal, ports)
    if stated:
        return stated[0], (stated[1],)
    kind = refusal.kind or IntentKind.REFUSED_REPLACE  # of the two what does less
    project = refusal.job.project if refusal.job else ""
    by_endpoint = [_served([endpoint], project, ports) for endpoint in refusal.endpoints]
    # The one model that all of the named endpoints serve; of several, nobody knows which.
    common = set.intersection(*by_endpoint) if by_endpoint else set()
    return kind, tuple(common) if len(common) == 1 else ()


def _of_dataset(refusal: Refusal, ports: Ports) -> tuple[ModelName, ...]:
    dataset = refusal.dataset or _stated_dataset(refusal, ports)
    if dataset is None:
        return ()
    served = _served(refusal.endpoints, dataset.project, ports)
    return tuple(sorted(name for name in served if name.dataset == dataset.dataset))


def _stated_dataset(refusal: Refusal, ports: Ports) -> DatasetName | None:
    job = ports.deletions.statement(refusal.job, refusal.location) if refusal.job else None
    return dataset_of_statement(job.sql, job.default_project) if job else None


def _stated(refusal: Refusal, ports: Ports) -> tuple[IntentKind, ModelName] | None:
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


def _served(names: Iterable[EndpointName], project: str, ports: Ports) -> set[ModelName]:
    """The project's BigQuery models whose versions the endpoints serve, by our labels on those."""
    found = set()
    for name in names:
        endpoint = ports.endpoints.get(name)
        for deployed in endpoint.deployed if endpoint else ():
            model = _marked(name, deployed, project, ports)
            found |= {model} if model else set()
    return found


def _marked(
    endpoint: EndpointName, deployed: DeployedModel, project: str, ports: Ports
) -> ModelName | None:
    version = VertexName(
        project=endpoint.project,
        region=deployed.region,
        model_id=deployed.model_id,
        version=deployed.version,
    )
    seen = ports.registry.get(version)
    return marked_name(seen.labels, project) if seen else None
