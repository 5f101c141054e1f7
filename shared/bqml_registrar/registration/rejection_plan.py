"""Plans how a rejection is announced once: number it, publish it, label it as announced."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.bookkeeping.rejections import REJECTED, RejectionLabel
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import rejection
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.resources.models import BigQueryModel


class RejectionPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: `first`, label the model, publish `event`, label the model as announced.

    `first` is the unannounced rest of a registration that the rejection is about. `is_announced`:
    this rejection is the last announced one, and nothing else is left to do.
    """

    event: RegistryEvent
    labels: Mapping[str, str]
    announced_labels: Mapping[str, str]
    is_announced: bool
    first: Plan | None = None


Plan = RegistrationPlan | RejectionPlan


def plan_rejection(
    model: BigQueryModel, decision: Reject, *, first: Plan | None = None, dry_run: bool = False
) -> RejectionPlan:
    """The plan to announce a rejection, unless it is the last announced one."""
    last = RejectionLabel.read(model.labels)
    label = last.next(_digest(model, decision))
    return RejectionPlan(
        event=rejection(model, decision, target=label.digest, number=label.count, dry_run=dry_run),
        labels={} if label == last else {REJECTED: label.as_label()},
        announced_labels={REJECTED: label.as_announced().as_label()},
        is_announced=is_announced(model, decision),
        first=first,
    )


def is_announced(model: BigQueryModel, decision: Reject) -> bool:
    """Whether a rejection is the last announced one."""
    last = RejectionLabel.read(model.labels)
    return last.announced and last.digest == _digest(model, decision)


def _digest(model: BigQueryModel, decision: Reject) -> str:
    """What identifies a rejection: model, generation, rule, reason and detail."""
    # A removed label is one rejection, whichever condition of which rule fails now.
    about = "" if decision.reason is Reason.LABEL_REMOVED else decision.detail
    parts = (str(model.name), model.generation, decision.rule, decision.reason.name, about)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
