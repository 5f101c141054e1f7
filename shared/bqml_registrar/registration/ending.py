"""Plans how the end of a model's generation is announced."""

from __future__ import annotations

from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    ModelDocument,
    PastGeneration,
    seen,
    succeeded,
)
from bqml_registrar.bookkeeping.transitions import Change, NewId
from bqml_registrar.delivery.outbox import frozen
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.registration.events import deletion
from bqml_registrar.registration.rejection_plan import RejectionPlan
from bqml_registrar.resources.models import BigQueryModel


def with_end(document: ModelDocument, gone: PastGeneration, new_id: NewId | None) -> ModelDocument:
    """The document with the transition of an end, if the model was registered.

    Without `new_id` (a dry run) its id follows from the document.
    """
    if gone.vertex is None:
        return document
    change = Change(kind=EventType.MODEL_DELETED, before=gone.generation, is_ours=False)
    numbered = document.with_changes([change], new_id)
    (*earlier, new) = numbered.transitions
    event = deletion(document.name, gone, key=new.id, dry_run=new_id is None)
    return replace(numbered, transitions=(*earlier, new.effected(frozen(event))))


def plan_succession(
    model: BigQueryModel, document: ModelDocument, new_id: NewId | None
) -> RejectionPlan:
    """The plan for a model that no rule names and that took the place of a registered one.

    That one's version is gone. Its aliases stay remembered: a rule may name the new model later.
    """
    next_one = succeeded(document, model)
    next_one = replace(next_one, transitions=document.effected_transitions)
    before, *older = next_one.past
    if not before.is_deleted:
        told = (replace(before, is_told=before.vertex is not None), *older)
        next_one = with_end(replace(next_one, past=told), before, new_id)
    return RejectionPlan(effected=next_one, settled=seen(next_one.without_transitions(), model))
