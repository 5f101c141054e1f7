"""Decides the intended effect of an intent by the rules; a refusal itself does not state one."""

from __future__ import annotations

from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.policy.cleanup_rules import CleanupRules, OnExpiration, OnRefusedDelete


def is_notify_only(intent: DeletionIntent, rules: CleanupRules) -> bool:
    """Whether the rule only notifies people. Never for a continuation: it was accepted before."""
    if intent.is_continuation:
        return False
    match intent.kind:
        case IntentKind.REFUSED_DROP | IntentKind.REFUSED_REPLACE:
            return rules.on_refused_delete is OnRefusedDelete.NOTIFY
        case IntentKind.REFUSED_DATASET:
            return True  # a person who drops a dataset has not named its models
        case IntentKind.EXPIRATION:
            return rules.on_expiration is OnExpiration.NOTIFY
    return False


def intended_effect(intent: DeletionIntent, rules: CleanupRules) -> DeletionIntent:
    """The intent with the effect that the rules give it: a rule may retry a refused DROP.

    A refused CREATE OR REPLACE is never retried: its SQL is not stored. Expiration needs no delete.
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
    """Whether the author of the intent wants the model deleted, whatever the rules make of it."""
    if intent.kind is IntentKind.REQUEST:
        return intent.deletes
    return intent.kind not in (IntentKind.REFUSED_REPLACE, IntentKind.EXPIRATION)
