"""Recalls what is known of a model: from its document, or from what is left where that is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.legacy import taken_over
from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    ModelDocument,
    milliseconds,
    new_document,
    succeeded,
)
from bqml_registrar.bookkeeping.ownership import OWNER, source_digest
from bqml_registrar.errors import StaleError
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.alias_plan import DEFAULT
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Recalled(Struct, frozen=True, kw_only=True):
    """The document to plan from; `rebuilt` says why it had to be made anew, if it had."""

    document: ModelDocument
    rebuilt: str = ""


class Traces(Struct, frozen=True, kw_only=True):
    """What may tell of a registered model without a document; `swept` is its dataset's document."""

    version: ModelVersion
    others: Sequence[ModelVersion]
    swept: DatasetDocument | None
    policy: str
    dataset_labels: Mapping[str, str] = {}


def current(document: ModelDocument, model: BigQueryModel) -> ModelDocument:
    """The document for the model as it was read; StaleError if the document knows a newer one."""
    if document.generation == model.generation:
        if model.modified and milliseconds(model.modified) < document.modified:
            raise StaleError
        return document
    if int(document.generation) > int(model.generation):
        raise StaleError
    return succeeded(document, model)


def from_labels(
    model: BigQueryModel, version: ModelVersion | None, empty: ModelDocument
) -> Recalled | None:
    """What release 0.4.0 remembered; None if it remembered nothing."""
    taken = taken_over(model, version, empty)
    if taken is None:
        return None
    note = "what release 0.4.0 had not recorded as announced counts as announced"
    return Recalled(document=taken.document, rebuilt=note if taken.was_pending else "")


def without_document(
    model: BigQueryModel, decision: Register, traces: Traces, epoch: str
) -> Recalled:
    """The document of a registered model that has none: taken over, rebuilt as settled, or new."""
    empty, version = new_document(model, epoch), traces.version
    if recalled := from_labels(model, version, empty):
        return recalled
    if _has_own_label(model, traces):
        return Recalled(
            document=_settled(empty, decision, version), rebuilt="its version is labelled"
        )
    # A model that no rule named has no document: a label may name it since.
    changed = max(version.created or model.created, model.modified or model.created)
    if traces.swept and traces.swept.has_seen(changed, traces.policy, traces.dataset_labels):
        rebuilt = "a sweep has seen it before"
        return Recalled(document=_settled(empty, decision, version), rebuilt=rebuilt)
    return Recalled(document=empty)


def _has_own_label(model: BigQueryModel, traces: Traces) -> bool:
    """Whether the version itself has our label of this model.

    GetModel shows labels of the registry's model on every version: a label that all have proves
    nothing.
    """
    source = source_digest(model.name)
    labelled = [v for v in traces.others if v.labels.get(OWNER) == source]
    is_everywhere = bool(traces.others) and len(labelled) == len(traces.others)
    return traces.version.labels.get(OWNER) == source and not is_everywhere


def _settled(empty: ModelDocument, decision: Register, version: ModelVersion) -> ModelDocument:
    """All that is there counts as people's, and nothing of it as to be announced."""
    there = {*version.aliases} - {DEFAULT}
    names = sorted({*there, *decision.aliases})
    aliases = {
        alias: AliasRecord(
            giver=Giver.PEOPLE, is_decided=alias in decision.aliases, is_there=alias in there
        )
        for alias in names
    }
    return replace(empty, rule=decision.rule, vertex=version.name, aliases=aliases, is_rebuilt=True)
