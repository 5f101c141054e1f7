"""What an intent wishes under the rules: a refusal does not say it, the rule for refusals does."""

from __future__ import annotations

from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.policy.cleanup_rules import CleanupRules, OnExpiration, OnRefusedDelete


def is_notify_only(intent: DeletionIntent, rules: CleanupRules) -> bool:
    """Whether the rule has people told, and nothing done. A continuation was accepted before."""
    if intent.is_continuation:
        return False
    match intent.kind:
        case IntentKind.REFUSED_DROP | IntentKind.REFUSED_REPLACE:
            return rules.on_refused_delete is OnRefusedDelete.NOTIFY
        case IntentKind.REFUSED_DATASET:
            return True  # whoever drops a dataset has not named its models
        case IntentKind.EXPIRATION:
            return rules.on_expiration is OnExpiration.NOTIFY
    return False


def intended_effect(intent: DeletionIntent, rules: CleanupRules) -> DeletionIntent:
    """The intent with what it wishes: a refused DROP is retried where the rule says so.

    A refused CREATE OR REPLACE is not: its SQL is kept nowhere. What expires goes by itself.
    """
    if intent.is_continuation:
        return intent
    match intent.kind:
        case IntentKind.REFUSED_DROP:
            retries = rules.on_refused_delete is OnRefusedDelete.UNDEPLOY_AND_RETRY
            return replace(intent, deletes=retries, force=False)
        case IntentKind.REFUSED_REPLACE | IntentKind.REFUSED_DATASET | IntentKind.EXPIRATION:
            return replace(intent, deletes=False, force=False)
        case IntentKind.RETIREMENT:
            return replace(intent, force=False)
    return intent


def means_deletion(intent: DeletionIntent) -> bool:
    """Whether whoever told of the intent means the model to be gone, whatever the rule makes of it."""
    if intent.kind is IntentKind.REQUEST:
        return intent.deletes
    return intent.kind not in (IntentKind.REFUSED_REPLACE, IntentKind.EXPIRATION)
