"""Chooses the clean-up rules for a model, and the labels that may protect it.

Like `decide`, both functions are called again with more facts while they return `Needs`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.policy.decide import failed_condition
from bqml_registrar.policy.decisions import Needs
from bqml_registrar.policy.facts import Facts, NeededError, OriginUnknown, OriginUnknownError
from bqml_registrar.policy.rendering import label
from bqml_registrar.policy.rules import LabelPolicy


class RuleFound(Struct, frozen=True, kw_only=True):
    """The clean-up rules for a model; `name` is empty if no rule of the policy matches."""

    name: str = ""
    cleanup: CleanupRules


def cleanup_rule(policy: LabelPolicy, facts: Facts) -> RuleFound | OriginUnknown | Needs:
    """The first rule that matches, also one that keeps models out of the registry."""
    try:
        for rule in policy.rules:
            if not failed_condition(rule.match, policy, facts):
                return RuleFound(name=rule.name, cleanup=rule.cleanup)
    except NeededError as needed:
        return Needs(needed.source)
    except OriginUnknownError:
        # An earlier rule may protect the model, so a later rule must not decide.
        return OriginUnknown.NOT_FOUND
    return RuleFound(cleanup=policy.cleanup)


def protecting_labels(
    rules: CleanupRules, policy: LabelPolicy, facts: Facts
) -> Mapping[str, str | None] | OriginUnknown | Needs:
    """The values (None: there is none) of the labels that the protections ask about."""
    try:
        return {key: label(key, policy, facts) for key in rules.protect.labels}
    except NeededError as needed:
        return Needs(needed.source)
    except OriginUnknownError:
        return OriginUnknown.NOT_FOUND
