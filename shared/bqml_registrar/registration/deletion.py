"""Announces that a model is gone, with what is still recorded of its version.

BigQuery deletes the version as well, with its labels, and the entry names only the model. If the
registry's model still exists (it has other versions), its description says which version it was.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.errors import PermanentError, StaleError
from bqml_registrar.names import ModelName, VertexName, vertex_region
from bqml_registrar.policy.decide import decide, ids_by_name
from bqml_registrar.policy.decisions import Skip
from bqml_registrar.policy.facts import Facts
from bqml_registrar.ports import Ports
from bqml_registrar.registration.apply import remember_at_parent
from bqml_registrar.registration.events import deletion, gone_version


class _Remembered(Struct, frozen=True, kw_only=True):
    """A recorded predecessor, and the registry's model that holds the record."""

    parent: VertexName
    predecessor: Predecessor


def announce_deletion(change: ModelChanged, context: Context, publisher: EventPublisher) -> None:
    """Announce it, unless the model's name alone shows that no rule ever matched."""
    if isinstance(decide(context.policy, Facts(name=change.name)), Skip):
        return
    found = None
    with suppress(PermanentError):  # a missing role, a project without the registry
        found = _remembered(change, context)
    gone = gone_version(found.predecessor, found.parent) if found else None
    event = deletion(change.name, change.at, gone, dry_run=context.dry_run)
    publisher.publish_unless_recent(event)
    if found and not context.dry_run:
        _forget(change.name, found, context.ports)


def _remembered(change: ModelChanged, context: Context) -> _Remembered | None:
    """The record in the registry, if it can be found by the model's name."""
    name = change.name
    ids = ids_by_name(context.policy, name)
    dataset = context.ports.catalog.dataset(name) if ids else None
    if dataset is None:
        return None
    region = vertex_region(dataset.location)
    parents = [VertexName(project=name.project, region=region, model_id=id_) for id_ in ids]
    found = (_predecessor_at(parent, name, context.ports) for parent in parents)
    return next(
        (predecessor for predecessor in found if predecessor and _is_of(predecessor, change)), None
    )


def _predecessor_at(parent: VertexName, name: ModelName, ports: Ports) -> _Remembered | None:
    model = ports.registry.get(parent)
    predecessor = Predecessor.read_line(name, model.model_description) if model else Predecessor()
    return _Remembered(parent=parent, predecessor=predecessor) if predecessor.generation else None


def _is_of(found: _Remembered, change: ModelChanged) -> bool:
    """Whether the record is of the deleted model, not of one that was created since."""
    return int(found.predecessor.generation) <= change.at.timestamp() * 1000


def _forget(name: ModelName, found: _Remembered, ports: Ports) -> None:
    """Clear the record, so that a new model of the name does not inherit; not if there is one."""
    # An error can wait: a refusal, a concurrent write, or the end of the last version.
    with suppress(StaleError, PermanentError):
        if ports.catalog.get(name) is None:
            remember_at_parent(found.parent, name, Predecessor(), ports)
