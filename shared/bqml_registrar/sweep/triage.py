"""Decides, from lists and documents alone, which models need an assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from bqml_registrar.bookkeeping.legacy import has_labels
from bqml_registrar.bookkeeping.model_document import ModelDocument, milliseconds
from bqml_registrar.cleanup.retirement.plan import may_be_due, plan_retirement
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Needs, Skip
from bqml_registrar.policy.facts import Facts, KnownOrigin, Source
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.resources.models import BigQueryModel
from bqml_registrar.sweep.digests import model_digest

# Whether the registry shows a version as its document has it.
IsShown = Callable[[ModelDocument], bool]


class NextStep(Enum):
    """What the sweep does about a model."""

    SKIP = "no rule names it, and nothing is remembered of it"
    ORIGIN_UNKNOWN = "its rule needs the creating job, which is not found"
    UNCHANGED = "it is as at the last look"
    EXPIRING = "it is as at the last look, and expires soon"
    RECENT = "it changed so recently that its events are on the way"
    ASSESS = "it is assessed as after an event"


class DatasetScope(Struct, frozen=True, kw_only=True):
    """What is the same for all models of one dataset in one delivery."""

    policy: LabelPolicy
    policy_digest: str
    location: str
    dataset_labels: Mapping[str, str]
    now: datetime
    settle: timedelta = timedelta()


def known_origin(model: ListedModel, document: ModelDocument | None) -> KnownOrigin | None:
    """The origin that the store holds of the model."""
    if document is None or document.origin is None or document.generation != model.generation:
        return None
    return KnownOrigin(created=model.created, origin=document.origin)


def needs_origin(model: ListedModel, document: ModelDocument | None, scope: DatasetScope) -> bool:
    """Whether the creating job decides about a model that is not registered by a rule."""
    decision = decide(scope.policy, _facts(model, scope))
    is_of_job = isinstance(decision, Needs) and decision.source is Source.JOB
    is_settled = scope.now - model.modified >= scope.settle
    return is_of_job and is_settled and not _is_known(document)


def triage(
    model: ListedModel,
    document: ModelDocument | None,
    scope: DatasetScope,
    is_shown: IsShown,
    known: KnownOrigin | None = None,
) -> NextStep:
    """What to do about a listed model, by what is remembered of it and known of its origin."""
    facts = _facts(model, scope, known)
    decision = decide(scope.policy, facts)
    if isinstance(decision, Skip) and not (_is_known(document) or has_labels(model.labels)):
        is_lost = decision.reason is Reason.ORIGIN_UNKNOWN
        return NextStep.ORIGIN_UNKNOWN if is_lost else NextStep.SKIP
    if scope.now - model.modified < scope.settle:
        return NextStep.RECENT
    if document is None or not is_as_seen(model, document, scope) or not is_shown(document):
        return NextStep.ASSESS
    found = cleanup_rule(scope.policy, facts)
    rules = found.cleanup if isinstance(found, RuleFound) else None
    if rules is None:  # the creating job decides, and is not in the list
        may_end = document.expires or may_be_due(document.retirement, scope.now)
        return NextStep.ASSESS if may_end else NextStep.UNCHANGED
    if not plan_retirement(facts.model, rules.retirement, scope.now, document).is_empty:  # type: ignore[arg-type]
        return NextStep.ASSESS
    is_expiring = bool(document.vertex) and expires_soon(document.expires, rules, scope.now)
    return NextStep.EXPIRING if is_expiring else NextStep.UNCHANGED


def is_as_seen(model: ListedModel, document: ModelDocument, scope: DatasetScope) -> bool:
    """Whether a sweep under this policy has found the model in order, and nobody changed it since."""
    look = document.look
    return (
        look is not None
        and not document.is_open
        and not has_labels(model.labels)
        and document.modified == milliseconds(model.modified)
        and look.policy == scope.policy_digest
        and look.model == model_digest(model, scope.dataset_labels)
    )


def _is_known(document: ModelDocument | None) -> bool:
    """Whether the model was registered and has not ended, or something is left to do about it."""
    if document is None:
        return False
    return document.is_open or bool(document.vertex and not document.gone_at)


def expires_soon(expires: int, rules: CleanupRules, now: datetime) -> bool:
    """Whether an expiration time, in milliseconds, is within the rule's horizon."""
    horizon = now + timedelta(hours=rules.expiration_horizon_hours)
    return 0 < expires <= milliseconds(horizon)


def _facts(model: ListedModel, scope: DatasetScope, known: KnownOrigin | None = None) -> Facts:
    listed = BigQueryModel(
        name=model.name,
        etag="",
        created=model.created,
        location=scope.location,
        model_type=model.model_type,
        labels=model.labels,
    )
    return Facts(
        name=model.name,
        model=listed,
        origin=known.origin if known else None,
        dataset_labels=scope.dataset_labels,
    )
