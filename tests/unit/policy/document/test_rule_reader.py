"""What a rule's structure cannot show: ids that two models could share, rules never reached."""

from __future__ import annotations

import pytest

from bqml_registrar.policy.document.policy_file import parse_policy
from tests.unit.policy.document.texts import policy, problems_of_rules


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{model}", "two models could share the id"),
        ("{dataset}_{model}", "two models could share the id"),
        ("{model}-{dataset}", "two models could share the id"),
        ("{dataset}-{model}-{labels.stage}", "two models could share the id"),
        ("constant", "two models could share the id"),
        ("Prod-{dataset}-{model}", "is not an id"),
        ("my id {dataset}-{model}", "is not an id"),
        ("{{x}}{dataset}-{model}", "is not an id"),
        ("1-{dataset}-{model}", "begin with a letter"),
        ("-{dataset}-{model}", "begin with a letter"),
        (f"{'p' * 30}{{dataset}}-{{model}}", "is too long"),
        ("{dataset}-{modle}", "unknown field {modle}"),
        ("{dataset", "is not a template"),
        ("{}", "unknown field {}"),
        ("{dataset!r}-{model}", "unknown field {dataset}"),
        ("{labels.TEAM}", "keys of labels are lower case; did you mean {labels.team}?"),
        ("{job.labels.Run}", "keys of labels are lower case; did you mean {job.labels.run}?"),
    ],
)
def test_an_id_that_could_be_shared_or_is_none_is_refused(text: str, words: str) -> None:
    (problem,) = problems_of_rules(f'name: a, register: {{id: "{text}"}}')

    assert problem.startswith("policy.yaml:3: rules[0].register.id: ")
    assert words in problem


@pytest.mark.parametrize(
    "text",
    ["{dataset}-{model}", "prod-{dataset}-{model}", "{dataset}-{model}-v1", "_{dataset}-{model}"],
)
def test_constants_around_the_default_id_are_accepted(text: str) -> None:
    (rule,) = parse_policy(policy(f'name: a, register: {{id: "{text}"}}'), "policy.yaml").rules

    assert rule.register is not None
    assert rule.register.model_id.is_injective


@pytest.mark.parametrize("text", ["{labels.family}", "{dataset}", "churn", "f-{labels.a}_{model}"])
def test_versions_of_may_render_alike(text: str) -> None:
    rules = parse_policy(
        policy(f'name: a, register: {{versions_of: "{text}"}}'), "policy.yaml"
    ).rules

    assert rules[0].versions_of


@pytest.mark.parametrize("text", ["{labels.Family name}", "Churn {model}", "9{model}"])
def test_versions_of_is_an_id_all_the_same(text: str) -> None:
    (problem,) = problems_of_rules(f'name: a, register: {{versions_of: "{text}"}}')

    assert "rules[0].register.versions_of: " in problem


def test_an_id_and_versions_of_exclude_each_other() -> None:
    both = '{id: "{dataset}-{model}", versions_of: "{labels.family}"}'
    (problem,) = problems_of_rules(f"name: a, register: {both}")

    assert "register.versions_of: stands beside id; keep one of the two" in problem


def test_register_true_is_refused() -> None:
    (problem,) = problems_of_rules("name: a, register: true")

    assert "true is not accepted; write {} to register with the defaults, or false" in problem


def test_two_rules_of_one_name_are_refused() -> None:
    (problem,) = problems_of_rules(
        "name: a, match: {model: x}, register: {}", "name: a, match: {model: y}, register: {}"
    )

    assert problem == ("policy.yaml:4: rules[1].name: also the name of rules[0]; choose another")


@pytest.mark.parametrize(
    "match",
    ["{}", "{labels: {}}", '{dataset: "*"}', '{dataset: ["prod_*", "**"], model: "*"}'],
)
def test_rules_after_one_that_matches_every_model_are_never_reached(match: str) -> None:
    first, second = problems_of_rules(
        f"name: all, match: {match}, register: {{}}",
        "name: b, match: {model: x}, register: {}",
        "name: c, register: false",
    )

    assert first.startswith("policy.yaml:4: rules[1]: never reached: rules[0] (all) matches all")
    assert second.startswith("policy.yaml:5: rules[2]: never reached: ")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{model: x}", "{model: [x]}"),
        ("{model: [x, y], dataset: d}", "{dataset: d, model: [y, x]}"),
        ("{labels: {a: x, b: {absent: true}}}", "{labels: {b: {absent: true}, a: x}}"),
    ],
)
def test_a_rule_with_the_match_of_another_is_never_reached(first: str, second: str) -> None:
    (problem,) = problems_of_rules(
        f"name: a, match: {first}, register: {{}}", f"name: b, match: {second}, register: false"
    )

    assert problem == (
        "policy.yaml:4: rules[1]: never reached: rules[0] (a) has the same match; keep one of the two"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{model: x}", "{dataset: x}"),
        ("{labels: {model: x}}", "{model: x}"),
        ("{labels: {a: {present: true}}}", "{labels: {a: {absent: true}}}"),
    ],
)
def test_rules_with_matches_that_differ_are_accepted(first: str, second: str) -> None:
    text = policy(
        f"name: a, match: {first}, register: {{}}", f"name: b, match: {second}, register: {{}}"
    )

    assert len(parse_policy(text, "policy.yaml").rules) == 2


@pytest.mark.parametrize(
    "match",
    ['{labels: {team: "*"}}', '{model: "*x"}', '{dataset: "*", model: "x"}', '{model: "?*"}'],
)
def test_a_rule_that_leaves_models_over_may_be_followed_by_others(match: str) -> None:
    text = policy(f"name: a, match: {match}, register: {{}}", "name: b, register: {}")

    assert len(parse_policy(text, "policy.yaml").rules) == 2
