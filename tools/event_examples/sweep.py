"""An example of each event of the sweep."""

from __future__ import annotations

from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import DatasetName
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.events import completed, drift
from tools.event_examples.subjects import MODEL, VERSION

_DATASET = DatasetName(project=MODEL.name.project, dataset=MODEL.name.dataset)
_COUNTS = Counts(
    models=42, skipped=30, unchanged=9, in_order=1, settled=2, missed=1, retirements=1, orphans=1
)


def sweep_examples() -> dict[EventType, RegistryEvent]:
    """An event of every type about sweeps."""
    orphan = VERSION.name.at("3")
    detail = f"{orphan} has no BigQuery model any more"
    return {
        EventType.RECONCILE_COMPLETED: completed(_DATASET, "2026-11-09T03:00:00Z", _COUNTS),
        EventType.RECONCILE_DRIFTDETECTED: drift(MODEL.name, str(orphan), detail, vertex=orphan),
    }
