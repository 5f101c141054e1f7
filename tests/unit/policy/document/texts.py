"""Policies as texts, and what is wrong with one."""

from __future__ import annotations

import pytest

from bqml_registrar.policy.document.policy_file import parse_policy
from bqml_registrar.policy.document.problems import PolicyError


def at_the_top(cleanup: str) -> str:
    """A policy without rules, whose clean-up rules stand on line 2."""
    return f"version: 1\ncleanup: {cleanup}\nrules: []"


def problems_of(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, "policy.yaml")
    return list(refused.value.problems)


def policy(*rules: str) -> str:
    """One rule a line, from line 3 on."""
    return "\n".join(["version: 1", "rules:", *(f"  - {{{rule}}}" for rule in rules)])


def problems_of_rules(*rules: str) -> list[str]:
    return problems_of(policy(*rules))
