"""Plans how a rejection is announced once: store it, publish it, settle it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, seen
from bqml_registrar.bookkeeping.ownership import model_labels
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.delivery.outbox import frozen
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import rejection
from bqml_registrar.registration.plan import Means, RegistrationPlan
from bqml_registrar.resources.models import BigQueryModel


class RejectionPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: store `effected`, announce its transitions, store `settled`.

    `first` is the unannounced rest of a registration that the rejection is about. `model_labels` are
    labels of release 0.4.0, to be removed from the BigQuery model.
    """

    effected: ModelDocument
    settled: ModelDocument
    model_labels: Mapping[str, str | None] = {}
    first: Plan | None = None

    def is_done(self, stored: ModelDocument | None) -> bool:
        """Whether nothing is left to do, announce or store."""
        is_quiet = not (self.first or self.model_labels or self.effected.transitions)
        return is_quiet and self.settled.is_same(stored)


Plan = RegistrationPlan | RejectionPlan


def plan_rejection(
    model: BigQueryModel, decision: Reject, document: ModelDocument, means: Means
) -> RejectionPlan:
    """The plan to announce a rejection, unless it is the last announced one.

    Transitions that are planned and not effected are abandoned: something else is decided now.
    """
    digest = rejection_digest(model, decision)
    is_announced = document.rejection == digest
    kept = replace(document, transitions=document.effected_transitions)
    if not is_announced:
        kept = _with_event(kept, model, decision, means)
    settled = seen(replace(kept.without_transitions(), rejection=digest), model)
    return RejectionPlan(
        effected=replace(kept, rejection=digest),
        settled=replace(settled, look=means.look or settled.look, gone_at=None, expire_at=None),
        model_labels=model_labels(model.labels, ""),
    )


def plan_settlement(model: BigQueryModel, document: ModelDocument) -> RejectionPlan:
    """The plan to announce what has certainly happened, and to abandon the rest."""
    kept = replace(document, transitions=document.effected_transitions)
    return RejectionPlan(effected=kept, settled=seen(kept.without_transitions(), model))


def _with_event(
    document: ModelDocument, model: BigQueryModel, decision: Reject, means: Means
) -> ModelDocument:
    digest = rejection_digest(model, decision)
    kind = EventType.MODEL_REJECTED
    change = Change(kind=kind, before=document.rejection, wanted=digest, is_ours=False)
    numbered = document.with_changes([change], means.new_id)
    (*earlier, refused) = numbered.transitions
    event = rejection(model, decision, key=refused.id, dry_run=means.is_dry_run)
    return replace(numbered, transitions=(*earlier, refused.effected(frozen(event))))


def rejection_digest(model: BigQueryModel, decision: Reject) -> str:
    """What identifies a rejection: model, generation, rule, reason and detail."""
    # A removed label is one rejection, whichever condition of which rule fails now.
    about = "" if decision.reason is Reason.LABEL_REMOVED else decision.detail
    parts = (str(model.name), model.generation, decision.rule, decision.reason.name, about)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
