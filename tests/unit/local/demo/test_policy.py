from __future__ import annotations

from msgspec.structs import replace

from bqml_registrar.policy.cleanup_rules import CleanupRules, OnRefusedDelete, Retirement
from bqml_registrar.policy.document.policy_file import load_policy
from bqml_registrar.policy.rules import LabelPolicy, Rule
from local.cloud.repository import DEFAULT_POLICY
from local.demo.day import DEMO_POLICY


def registration(policy: LabelPolicy, name: str) -> Rule:
    rule = next(rule for rule in policy.rules if rule.name == name)
    return replace(rule, cleanup=CleanupRules())


def test_the_demo_registers_as_the_shipped_policy_says() -> None:
    demo, shipped = load_policy(DEMO_POLICY), load_policy(DEFAULT_POLICY)

    assert registration(demo, "production-models") == registration(shipped, "production-models")
    assert (demo.label_sources, demo.constants) == (shipped.label_sources, shipped.constants)


def test_rules_of_the_demo_differ_in_what_follows_a_refused_delete() -> None:
    team, production = load_policy(DEMO_POLICY).rules

    assert team.register == production.register
    assert team.cleanup.on_refused_delete is OnRefusedDelete.UNDEPLOY_AND_RETRY
    assert production.cleanup.on_refused_delete is OnRefusedDelete.NOTIFY
    assert team.cleanup.retirement == production.cleanup.retirement == Retirement()
