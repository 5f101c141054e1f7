"""Clean-up rules of a policy: what comes of each key, and which stands instead of which."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from bqml_registrar.policy.cleanup_rules import (
    CleanupRules,
    EmptiedEndpoints,
    OnExpiration,
    OnRefusedDelete,
    Protections,
    RestWithoutTraffic,
    Retirement,
)
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.document.policy_file import parse_policy
from bqml_registrar.policy.document.yaml_lines import read_yaml
from bqml_registrar.policy.rules import LabelPolicy
from tests.unit.policy.document.texts import at_the_top
from tools.document_schemas import policy_json_schema

SCHEMA = Draft202012Validator(policy_json_schema())
WHOLE = """\
version: 1
cleanup:
  on_refused_delete: undeploy
  on_expiration: undeploy
  expiration_horizon_hours: 72
  retire: {label: sunset, grace_days: 30}
  protect:
    labels: {hold: {present: true}, tier: ["1", gold-*]}
    aliases: [champion, "prod-*"]
    traffic_share: 50
  max_undeployments: 5
  emptied_endpoints: delete
  rest_without_traffic: equal_shares
  max_intent_age_hours: 12
rules:
  - name: scratch
    match: {dataset: scratch}
    register: false
    cleanup: {on_refused_delete: undeploy_and_retry, retire: false, protect: false}
  - name: rest
    register: {}
"""
EVERY_KEY = CleanupRules(
    on_refused_delete=OnRefusedDelete.UNDEPLOY,
    on_expiration=OnExpiration.UNDEPLOY,
    expiration_horizon_hours=72,
    retirement=Retirement(label="sunset", grace_days=30),
    protect=Protections(
        labels={"hold": Condition(present=True), "tier": Condition(globs=("1", "gold-*"))},
        aliases=("champion", "prod-*"),
        traffic_share=50,
    ),
    max_undeployments=5,
    emptied_endpoints=EmptiedEndpoints.DELETE,
    rest_without_traffic=RestWithoutTraffic.EQUAL_SHARES,
    max_intent_age_hours=12,
)


def loaded(text: str) -> LabelPolicy:
    """The policy of a text, which the published schema accepts as well."""
    SCHEMA.validate(read_yaml(text).value)
    return parse_policy(text, "policy.yaml")


def of_a_rule(cleanup: str, top: str = "{}") -> str:
    """A policy of one rule, whose clean-up rules stand on line 4."""
    rule = f"  - {{name: a, register: {{}}, cleanup: {cleanup}}}"
    return f"version: 1\ncleanup: {top}\nrules:\n{rule}"


def test_every_key_is_read_as_it_is_written() -> None:
    assert loaded(WHOLE).cleanup == EVERY_KEY


def test_nothing_follows_if_nothing_is_said() -> None:
    policy = loaded("version: 1\nrules: [{name: a, register: {}}]")

    assert policy.cleanup == policy.rules[0].cleanup == CleanupRules()
    assert policy.cleanup.on_refused_delete is OnRefusedDelete.NOTIFY
    assert policy.cleanup.retirement is None


def test_a_rule_that_says_nothing_of_clean_up_has_what_the_top_level_says() -> None:
    _, rest = loaded(WHOLE).rules

    assert rest.cleanup == EVERY_KEY


def test_a_rule_that_keeps_models_out_may_say_how_they_are_cleaned_up() -> None:
    scratch, _ = loaded(WHOLE).rules

    assert scratch.register is None
    assert scratch.cleanup == replace(
        EVERY_KEY,
        on_refused_delete=OnRefusedDelete.UNDEPLOY_AND_RETRY,
        retirement=None,
        protect=Protections(),
    )


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("{}", CleanupRules()),
        ("{retire: {}}", CleanupRules(retirement=Retirement())),
        ("{retire: {label: ablösung_2}}", CleanupRules(retirement=Retirement(label="ablösung_2"))),
        ("{retire: {grace_days: 0}}", CleanupRules(retirement=Retirement(grace_days=0))),
        ("{retire: false}", CleanupRules()),
        ("{protect: false}", CleanupRules()),
        ("{protect: {aliases: a-*}}", CleanupRules(protect=Protections(aliases=("a-*",)))),
        ("{protect: {traffic_share: 0}}", CleanupRules(protect=Protections(traffic_share=0))),
        (
            "{protect: {labels: {hold: {absent: true}}}}",
            CleanupRules(protect=Protections(labels={"hold": Condition(present=False)})),
        ),
        ("{emptied_endpoints: keep}", CleanupRules()),
        ("{rest_without_traffic: stop}", CleanupRules()),
        ("{on_expiration: undeploy}", CleanupRules(on_expiration=OnExpiration.UNDEPLOY)),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
@pytest.mark.parametrize("place", [at_the_top, of_a_rule])
def test_what_is_written_is_applied(
    place: Callable[[str], str], written: str, rules: CleanupRules
) -> None:
    policy = loaded(place(written))

    assert ([rule.cleanup for rule in policy.rules] or [policy.cleanup]) == [rules]


@pytest.mark.parametrize(
    ("top", "rule", "merged"),
    [
        (
            "{max_undeployments: 5, on_refused_delete: undeploy}",
            "{max_undeployments: 20}",
            CleanupRules(on_refused_delete=OnRefusedDelete.UNDEPLOY),
        ),
        (
            "{on_refused_delete: undeploy}",
            "{on_refused_delete: notify, max_intent_age_hours: 1}",
            CleanupRules(max_intent_age_hours=1),
        ),
        (
            "{retire: {label: sunset, grace_days: 3}}",
            "{retire: {grace_days: 7}}",
            CleanupRules(retirement=Retirement(label="retire", grace_days=7)),
        ),
        ("{retire: {}}", "{retire: false}", CleanupRules()),
        ("{retire: false}", "{retire: {}}", CleanupRules(retirement=Retirement())),
        (
            "{protect: {aliases: champion, traffic_share: 50}}",
            "{protect: {labels: {hold: {present: true}}}}",
            CleanupRules(protect=Protections(labels={"hold": Condition()})),
        ),
        ("{protect: {aliases: champion}}", "{protect: false}", CleanupRules()),
    ],
    ids=[
        "the default, said again",
        "key by key",
        "retire as a whole",
        "no retire label",
        "a retire label again",
        "protect as a whole",
        "no protection",
    ],
)
def test_a_rules_keys_stand_instead_of_those_at_the_top(
    top: str, rule: str, merged: CleanupRules
) -> None:
    policy = loaded(of_a_rule(rule, top))

    assert policy.rules[0].cleanup == merged
    assert policy.cleanup == loaded(at_the_top(top)).cleanup


# Any document.

an_alias = st.from_regex(r"[a-z][a-zA-Z0-9-]{0,10}[a-z0-9]", fullmatch=True)
conditions = st.sampled_from(["x", "", "a-*", ["x", "y*"], {"present": True}, {"absent": True}])
protects = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.dictionaries(st.sampled_from(["hold", "tier", "ä"]), conditions, min_size=1),
        "aliases": an_alias | st.lists(an_alias, min_size=1, max_size=3),
        "traffic_share": st.integers(0, 100),
    },
).filter(bool)
retires = st.fixed_dictionaries(
    {},
    optional={"label": st.sampled_from(["sunset", "r2"]), "grace_days": st.integers(0, 365)},
)
CHOICES = {
    "on_refused_delete": OnRefusedDelete,
    "on_expiration": OnExpiration,
    "emptied_endpoints": EmptiedEndpoints,
    "rest_without_traffic": RestWithoutTraffic,
}
NUMBERS = {
    "expiration_horizon_hours": (1, 720, 48),
    "max_undeployments": (1, 1000, 20),
    "max_intent_age_hours": (1, 168, 6),
}
cleanups = st.fixed_dictionaries(
    {},
    optional={
        **{key: st.sampled_from([str(word) for word in words]) for key, words in CHOICES.items()},
        **{key: st.integers(least, most) for key, (least, most, _) in NUMBERS.items()},
        "retire": st.just(False) | retires,
        "protect": st.just(False) | protects,
    },
)


def as_condition(written: Any) -> Condition:
    if isinstance(written, dict):
        return Condition(present="present" in written)
    return Condition(globs=(written,) if isinstance(written, str) else tuple(written))


def as_retirement(written: Any) -> Retirement | None:
    if written is False:
        return None
    return Retirement(
        label=written.get("label", "retire"), grace_days=written.get("grace_days", 14)
    )


def as_protections(written: Any) -> Protections:
    aliases = (written or {}).get("aliases", [])
    return Protections(
        labels={k: as_condition(c) for k, c in (written or {}).get("labels", {}).items()},
        aliases=(aliases,) if isinstance(aliases, str) else tuple(aliases),
        traffic_share=(written or {}).get("traffic_share"),
    )


def as_rules(written: dict[str, Any]) -> CleanupRules:
    """What a document says, key by key, with the defaults that the manual names."""
    first = {"emptied_endpoints": "keep", "rest_without_traffic": "stop"}
    words = {k: kind(written.get(k, first.get(k, "notify"))) for k, kind in CHOICES.items()}
    numbers = {key: written.get(key, default) for key, (_, _, default) in NUMBERS.items()}
    return CleanupRules(
        **words,
        **numbers,
        retirement=as_retirement(written.get("retire", False)),
        protect=as_protections(written.get("protect", False)),
    )


@given(top=cleanups, rule=cleanups)
def test_any_document_that_is_accepted_comes_to_the_values_that_it_says(
    top: dict[str, Any], rule: dict[str, Any]
) -> None:
    document = {
        "version": 1,
        "cleanup": top,
        "rules": [{"name": "a", "register": False, "cleanup": rule}],
    }
    policy = loaded(json.dumps(document))

    assert policy.cleanup == as_rules(top)
    assert policy.rules[0].cleanup == as_rules({**top, **rule})
