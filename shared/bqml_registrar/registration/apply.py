"""Apply: makes the world as a decision says, each step on what the answer before it showed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bqml_registrar.bookkeeping.predecessor import Memory
from bqml_registrar.bookkeeping.rejections import REJECTED, RejectionMark
from bqml_registrar.bookkeeping.versions import VersionMarks, alias_key, announced_labels
from bqml_registrar.delivery.event_publisher import Publication
from bqml_registrar.errors import StaleError
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.ports import ModelRegistry, Ports
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import rejection
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


def apply_registration(
    plan: RegistrationPlan, model: BigQueryModel, ports: Ports, publication: Publication
) -> None:
    """Write the version's labels, set its aliases, announce, and remember all that.

    Raises StaleError when somebody changed version or model meanwhile; what is done by then is found
    done by the next look.
    """
    _apply_to_version(plan, ports, publication)
    if plan.parent_memory is not None:
        remember_at_parent(plan.version.name.at(""), model.name, plan.parent_memory, ports)
    if plan.model_labels:
        ports.catalog.patch(model, plan.model_labels)


def _apply_to_version(plan: RegistrationPlan, ports: Ports, publication: Publication) -> None:
    version, registry = plan.version, ports.registry
    if plan.writes_version:
        labels = merged(version.labels, plan.labels)
        version = registry.update(version, labels, plan.description)
    if plan.aliases or plan.removed_aliases:
        version = _set_aliases(plan, version, registry)
    if plan.events:
        publication.publish(*plan.events)
        # Only this mark, onto what the last answer showed: labels that a person, or a later
        # revision, wrote meanwhile stay.
        labels = merged(version.labels, announced_labels(version.labels, plan.revision))
        registry.update(version, labels, version.description)


def _set_aliases(
    plan: RegistrationPlan, version: ModelVersion, registry: ModelRegistry
) -> ModelVersion:
    """Add and remove; taken back, with StaleError, where a later decision was made meanwhile.

    This is the one write without an etag, but its answer shows the marks.
    """
    version = registry.merge_aliases(version, plan.aliases, plan.removed_aliases)
    marks = VersionMarks.read(version.labels).aliases
    lasting = {alias for alias, mark in marks.items() if not mark.removed}
    decided = [alias for alias in plan.aliases if alias_key(alias) in plan.labels]
    wrongly_added = [alias for alias in decided if alias not in lasting]
    wrongly_removed = [alias for alias in plan.removed_aliases if alias in lasting]
    if wrongly_added or wrongly_removed:
        registry.merge_aliases(version, wrongly_removed, wrongly_added)
        raise StaleError
    return version


def remember_at_parent(parent: VertexName, name: ModelName, memory: Memory, ports: Ports) -> None:
    """Put the memory of a BigQuery model's version into the description of the registry's model."""
    model = ports.registry.get(parent)
    if model is None:
        raise StaleError
    description = memory.in_description(name, model.model_description)
    if description != model.model_description:
        ports.registry.describe_model(model, description)


def apply_rejection(
    model: BigQueryModel, decision: Reject, ports: Ports, publication: Publication
) -> None:
    """Announce a refusal once: number it, tell it, and mark it as told."""
    if is_told(model, decision):
        return
    last = RejectionMark.read(model.labels)
    mark = last.next(refusal_digest(model, decision))
    if mark != last:
        model = ports.catalog.patch(model, {REJECTED: mark.as_label()})
    publication.publish(rejection(model, decision, target=mark.digest, mark=mark.count))
    ports.catalog.patch(model, {REJECTED: mark.as_told().as_label()})


def is_told(model: BigQueryModel, decision: Reject) -> bool:
    """Whether a refusal is the last one that was announced."""
    last = RejectionMark.read(model.labels)
    return last.told and last.digest == refusal_digest(model, decision)


def refusal_digest(model: BigQueryModel, decision: Reject) -> str:
    """Which refusal it is: of which generation of which model, by which rule, for what."""
    # That no rule names the model is one refusal, whichever condition of which rule fails now.
    about = "" if decision.reason is Reason.LABEL_REMOVED else decision.detail
    parts = (str(model.name), model.generation, decision.rule, decision.reason.name, about)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def merged(labels: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Labels with some set, and those that are None removed."""
    result = {**labels, **changes}
    return {key: value for key, value in result.items() if value is not None}
