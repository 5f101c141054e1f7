"""Renders registry events about what a sweep of a dataset did and found."""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict

from bqml_registrar.events.payloads import Drift, Model, Payload, Sweep, Verdict
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import DatasetName, ModelName, VertexName
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.counts import Counts


def completed(
    dataset: DatasetName, sweep: str, counts: Counts, *, dry_run: bool = False
) -> RegistryEvent:
    """The event that the sweep of a dataset is complete; `sweep` names the sweep."""
    reason = Reason.DATASET_SWEPT
    section = Sweep(id=sweep, dataset=str(dataset), **asdict(counts))
    verdict = Verdict(rule="", reason=reason.name, dry_run=dry_run)
    return RegistryEvent(
        type=EventType.RECONCILE_COMPLETED,
        name=dataset,
        payload=Payload(verdict=verdict, sweep=section),
        target=sweep,
    )


def drift(
    name: ModelName | DatasetName,
    target: str,
    detail: str,
    *,
    vertex: VertexName | None,
    dry_run: bool = False,
) -> RegistryEvent:
    """The event that a version is an orphan or, without a version, that events missed a change.

    `name` is the dataset's if the model's is not known. `target` distinguishes this drift from all
    others about `name`, and is the same in every sweep that finds it.
    """
    reason = Reason.VERSION_ORPHANED if vertex else Reason.MISSED_CHANGE
    dataset = DatasetName(project=name.project, dataset=name.dataset)
    section = Drift(dataset=str(dataset), version=str(vertex or ""))
    verdict = Verdict(rule="", reason=reason.name, detail=detail, dry_run=dry_run)
    model = Model(name=str(name)) if isinstance(name, ModelName) else UNSET
    return RegistryEvent(
        type=EventType.RECONCILE_DRIFTDETECTED,
        name=name,
        payload=Payload(model=model, verdict=verdict, drift=section),
        vertex=vertex,
        target=msgspec.json.encode([reason.name, target]).decode(),
    )
