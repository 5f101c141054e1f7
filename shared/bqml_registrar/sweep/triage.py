"""Decides, from the list and the kept fingerprint alone, which models need an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.bookkeeping.sweeps import Fingerprint
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


class NextStep(Enum):
    """What the sweep does about a model."""

    SKIP = "no rule names it"
    ORIGIN_UNKNOWN = "its rule needs the creating job, which is not found"
    UNCHANGED = "the kept fingerprint covers it"
    EXPIRING = "the kept fingerprint covers it, and it expires soon"
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


def needs_origin(model: ListedModel, scope: DatasetScope) -> bool:
    """Whether the creating job decides about a model that is not registered by a rule."""
    decision = decide(scope.policy, _facts(model, scope))
    is_of_job = isinstance(decision, Needs) and decision.source is Source.JOB
    return is_of_job and OWNER not in model.labels


def triage(model: ListedModel, scope: DatasetScope, known: KnownOrigin | None = None) -> NextStep:
    """What to do about a listed model, also by what is known of its origin."""
    facts = _facts(model, scope, known)
    decision = decide(scope.policy, facts)
    if isinstance(decision, Skip) and OWNER not in model.labels:
        is_lost = decision.reason is Reason.ORIGIN_UNKNOWN
        return NextStep.ORIGIN_UNKNOWN if is_lost else NextStep.SKIP
    if scope.now - model.modified < scope.settle:
        return NextStep.RECENT
    kept = kept_fingerprint(model, scope)
    if kept is None:
        return NextStep.ASSESS
    found = cleanup_rule(scope.policy, facts)
    rules = found.cleanup if isinstance(found, RuleFound) else None
    if rules is None:  # the creating job decides, and is not in the list
        may_end = kept.expires or may_be_due(model.labels, scope.now)
        return NextStep.ASSESS if may_end else NextStep.UNCHANGED
    if not plan_retirement(facts.model, rules.retirement, scope.now).is_empty:  # type: ignore[arg-type]
        return NextStep.ASSESS
    return NextStep.EXPIRING if expires_soon(kept.expires, rules, scope.now) else NextStep.UNCHANGED


def kept_fingerprint(model: ListedModel, scope: DatasetScope) -> Fingerprint | None:
    """The fingerprint in the model's label, if it is of this policy and this model."""
    kept = Fingerprint.read(model.labels)
    if kept is None or kept.policy != scope.policy_digest or not kept.covers(model):
        return None
    return kept if kept.model == model_digest(model, scope.dataset_labels) else None


def expires_soon(expires: int, rules: CleanupRules, now: datetime) -> bool:
    """Whether an expiration time is within the rule's horizon."""
    horizon = now + timedelta(hours=rules.expiration_horizon_hours)
    return 0 < expires <= horizon.timestamp()


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
