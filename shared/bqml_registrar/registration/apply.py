"""Applies plans: each step builds on the answer of the step before."""

from __future__ import annotations

from collections.abc import Mapping

from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.bookkeeping.versions import VersionLabels, alias_key, labels_once_announced
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.errors import StaleError
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.ports import ModelRegistry, Ports
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import Plan, RejectionPlan
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


def apply_plan(
    plan: Plan, model: BigQueryModel, ports: Ports, publisher: EventPublisher
) -> BigQueryModel | None:
    """Apply the plan; the model if it was registered now, as its version needs a plan of its own.

    Raises StaleError if somebody changed version or model meanwhile, or if another plan has to
    follow. The next assessment finds what was done by then.
    """
    if isinstance(plan, RejectionPlan):
        apply_rejection(plan, model, ports, publisher)
    elif plan.register_as:
        return ports.catalog.patch(model, plan.model_labels, plan.register_as)
    elif not plan.is_empty:
        apply_registration(plan, model, ports, publisher)
    return None


def apply_registration(
    plan: RegistrationPlan, model: BigQueryModel, ports: Ports, publisher: EventPublisher
) -> None:
    """Write the version's labels, set its aliases, announce, and record all that."""
    # The version was read after the model. If somebody labelled the model in between, another
    # delivery may have applied that already, and the version's etag would not show it.
    if plan.changes_version and ports.catalog.get(model.name) != model:
        raise StaleError
    _apply_to_version(plan, ports, publisher)
    if plan.parent_record is not None:
        remember_at_parent(plan.version.name.at(""), model.name, plan.parent_record, ports)
    if plan.model_labels:
        ports.catalog.patch(model, plan.model_labels)
    if plan.unfinished:
        raise StaleError


def _apply_to_version(plan: RegistrationPlan, ports: Ports, publisher: EventPublisher) -> None:
    version, registry = plan.version, ports.registry
    if plan.writes_version:
        labels = merged(version.labels, plan.labels)
        version = registry.update(version, labels, plan.description)
    if plan.aliases or plan.removed_aliases:
        version = _set_aliases(plan, version, registry)
    if plan.events:
        publisher.publish(*plan.events)
        # Merge only this label into the last answer: labels that a person or a later revision
        # wrote meanwhile stay.
        labels = merged(version.labels, labels_once_announced(version.labels, plan.revision))
        registry.update(version, labels, version.description)


def _set_aliases(
    plan: RegistrationPlan, version: ModelVersion, registry: ModelRegistry
) -> ModelVersion:
    """Add and remove aliases; undo that and raise StaleError if a later decision came meanwhile.

    This is the only write without an etag, but its answer shows the labels.
    """
    version = registry.merge_aliases(version, plan.aliases, plan.removed_aliases)
    labels = VersionLabels.read(version.labels).aliases
    lasting = {alias for alias, label in labels.items() if not label.removed}
    decided = [alias for alias in plan.aliases if alias_key(alias) in plan.labels]
    wrongly_added = [alias for alias in decided if alias not in lasting]
    wrongly_removed = [alias for alias in plan.removed_aliases if alias in lasting]
    if wrongly_added or wrongly_removed:
        registry.merge_aliases(version, wrongly_removed, wrongly_added)
        raise StaleError
    return version


def remember_at_parent(
    parent: VertexName, name: ModelName, predecessor: Predecessor, ports: Ports
) -> None:
    """Record a BigQuery model's version in the description of the registry's model."""
    model = ports.registry.get(parent)
    if model is None:
        raise StaleError
    description = predecessor.in_description(name, model.model_description)
    if description != model.model_description:
        ports.registry.describe_model(model, description)


def apply_rejection(
    plan: RejectionPlan, model: BigQueryModel, ports: Ports, publisher: EventPublisher
) -> None:
    """Number a rejection, announce it, and label it as announced; each only if not done yet."""
    if plan.first is not None:
        apply_plan(plan.first, model, ports, publisher)
    if plan.is_announced:
        return
    if plan.labels:
        model = ports.catalog.patch(model, plan.labels)
    publisher.publish(plan.event)
    ports.catalog.patch(model, plan.announced_labels)


def merged(labels: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """The labels with changes merged in; None removes one."""
    result = {**labels, **changes}
    return {key: value for key, value in result.items() if value is not None}
