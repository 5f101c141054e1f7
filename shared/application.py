"""Apply: makes the world as a decision says, each step on what the answer before it showed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from shared.announcements import rejection
from shared.facts import BigQueryModel
from shared.marks import REJECTED, RejectionMark, announced_label
from shared.plan import RegistrationPlan
from shared.policy import Reject
from shared.ports import Ports
from shared.publication import Publication


def apply_registration(plan: RegistrationPlan, ports: Ports, publication: Publication) -> None:
    """Write the version's labels, add its aliases, announce, and remember that.

    Raises StaleError when somebody changed the version meanwhile; what is done by then is found
    done by the next look.
    """
    version, registry = plan.version, ports.registry
    if plan.writes_version:
        labels = merged(version.labels, plan.labels)
        version = registry.update(version, labels, plan.description)
    if plan.aliases:
        version = registry.add_aliases(version, plan.aliases)
    if plan.events:
        publication.publish(*plan.events)
        # Only this one mark, onto what the last answer showed: labels that a person, or a later
        # revision, wrote meanwhile stay.
        labels = merged(version.labels, announced_label(version.labels, plan.revision))
        registry.update(version, labels, version.description)


def apply_rejection(
    model: BigQueryModel, decision: Reject, ports: Ports, publication: Publication
) -> None:
    """Announce a refusal once: number it, tell it, and mark it as told."""
    last = RejectionMark.read(model.labels)
    mark = last.next(refusal_digest(model, decision))
    if mark == last and last.told:
        return
    if mark != last:
        model = ports.catalog.patch(model, {REJECTED: mark.as_label()})
    publication.publish(rejection(model, decision, target=mark.digest, mark=mark.count))
    ports.catalog.patch(model, {REJECTED: mark.as_told().as_label()})


def refusal_digest(model: BigQueryModel, decision: Reject) -> str:
    """Which refusal it is: of which generation of which model, by which rule, for what."""
    parts = (
        str(model.name),
        model.generation,
        decision.rule,
        decision.reason.name,
        decision.detail,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def merged(labels: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Labels with some set, and those that are None removed."""
    result = {**labels, **changes}
    return {key: value for key, value in result.items() if value is not None}
