"""What has to be done so that a refusal is announced once: numbered, published, noted as announced."""

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

    `first` is what is left to announce of a registration that the refusal is about. `is_announced`:
    it was the last refusal already, and nothing else is left to do.
    """

    event: RegistryEvent
    labels: Mapping[str, str]
    announced_labels: Mapping[str, str]
    is_announced: bool
    first: RegistrationPlan | RejectionPlan | None = None


def plan_rejection(
    model: BigQueryModel,
    decision: Reject,
    *,
    first: RegistrationPlan | RejectionPlan | None = None,
    dry_run: bool = False,
) -> RejectionPlan:
    """The plan by which a refusal is announced, if it is not the last one that was."""
    last = RejectionLabel.read(model.labels)
    mark = last.next(_digest(model, decision))
    return RejectionPlan(
        event=rejection(model, decision, target=mark.digest, mark=mark.count, dry_run=dry_run),
        labels={} if mark == last else {REJECTED: mark.as_label()},
        announced_labels={REJECTED: mark.as_announced().as_label()},
        is_announced=is_announced(model, decision),
        first=first,
    )


def is_announced(model: BigQueryModel, decision: Reject) -> bool:
    """Whether a refusal is the last one that was announced."""
    last = RejectionLabel.read(model.labels)
    return last.announced and last.digest == _digest(model, decision)


def _digest(model: BigQueryModel, decision: Reject) -> str:
    """Which refusal it is: of which generation of which model, by which rule, for what."""
    # That no rule names the model is one refusal, whichever condition of which rule fails now.
    about = "" if decision.reason is Reason.LABEL_REMOVED else decision.detail
    parts = (str(model.name), model.generation, decision.rule, decision.reason.name, about)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
