"""Conditions that no model can meet, and those that some model can."""

from __future__ import annotations

import pytest

from bqml_registrar.policy.document.policy_file import parse_policy
from bqml_registrar.resources.capabilities import MODEL_TYPES
from tests.unit.policy.document.texts import policy, problems_of_rules


@pytest.mark.parametrize(
    "condition", ["{present: false}", "{absent: false}", "{present: true, absent: true}", "{}"]
)
def test_a_presence_that_says_nothing_is_refused(condition: str) -> None:
    (problem,) = problems_of_rules(
        f"name: a, match: {{labels: {{hold: {condition}}}}}, register: {{}}"
    )

    assert "rules[0].match.labels.hold: " in problem
    assert "write {present: true} or {absent: true}" in problem


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("model_type: LOGISTIC_REG", '"LOGISTIC_REG" fits no model type of BigQuery'),
        ("model_type: LOGISTIC_REG", "did you mean LOGISTIC_REGRESSION?"),
        ("model_type: linear_reg", "did you mean LINEAR_REGRESSION?"),
        ("model_type: kmeans", "did you mean KMEANS?"),
        ("model_type: boosted_tree_*", "did you mean BOOSTED_TREE_*?"),
        ("location: us", '"us" fits no location as BigQuery writes it; did you mean US?'),
        ("location: eu", "did you mean EU?"),
        ("location: Eu", "did you mean EU?"),
        ("location: Europe-*", "did you mean europe-*?"),
        ("location: US-CENTRAL1", "did you mean us-central1?"),
        ("dataset: prod-*", "fits no dataset; a name has letters, digits and _, but no -"),
        ("dataset: “prod_*”", "but no “"),
        ("dataset: analytics.prod", "but no ."),
        ("dataset: 'prod_[ab'", "has a [ that is not closed"),
        ("model: 'churn_v[0-9'", "has a [ that is not closed"),
        ("labels: {TEAM: x}", "lower case"),
    ],
)
def test_a_condition_that_no_model_can_meet_is_refused(match: str, words: str) -> None:
    (problem,) = problems_of_rules(f"name: a, match: {{{match}}}, register: {{}}")

    assert problem.startswith(f"policy.yaml:3: rules[0].match.{match.partition(':')[0]}")
    assert words in problem


def test_each_glob_of_a_list_is_checked() -> None:
    (problem,) = problems_of_rules("name: a, match: {dataset: [prod_*, lab-*]}, register: {}")

    assert problem.startswith("policy.yaml:3: rules[0].match.dataset[1]: ")


@pytest.mark.parametrize(
    "match",
    [
        "model_type: LOGISTIC_REG*",
        "model_type: '*CLASSIFIER'",
        "model_type: '[AB]*'",
        "model_type: MODEL_TYPE_UNSPECIFIED",
        "model_type: A_TYPE_NEWER_THAN_THIS_RELEASE",
        "location: [US, EU, us-central1, 'us*', 'europe-*', '[!A]*', '*']",
        "dataset: ['prod_[a-c]?', '*_[!-]', '[]a]x', Prod9]",
        "model: 'x-y [ü]'",
    ],
)
def test_a_condition_that_some_model_can_meet_is_accepted(match: str) -> None:
    text = policy(f"name: a, match: {{{match}}}, register: {{}}")

    assert parse_policy(text, "policy.yaml").rules


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_every_model_type_of_the_table_of_capabilities_can_be_matched(model_type: str) -> None:
    text = policy(f"name: a, match: {{model_type: {model_type}}}, register: {{}}")

    assert parse_policy(text, "policy.yaml").rules
