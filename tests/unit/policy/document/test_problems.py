from __future__ import annotations

from tests.unit.policy.document.texts import problems_of


def test_every_rule_and_key_with_a_problem_is_named_in_the_order_of_lines() -> None:
    text = """\
version: 3
label_sources: [model, model]
constants: {team: 5}
rules:
  - name: broken-structure
    match: {labels: {a: true, b: 2}, dataset: *d}
    register: {}
  - name: broken-template
    match: {dataset: a}
    register: {aliases: ["{nothing}"], description: "{a"}
  - name: sound
    match: {dataset: b}
    register: {}
  - name: sound
    match: {dataset: c}
    register: {id: "{model}"}
"""
    places = [line.partition(": ")[2].partition(": ")[0] for line in problems_of(text)]

    assert places == [
        "version",
        "label_sources[1]",
        "constants.team",
        "rules[0].match.dataset",
        "rules[0].match.labels.a",
        "rules[0].match.labels.b",
        "rules[1].register.aliases[0]",
        "rules[1].register.description",
        "rules[3].name",
        "rules[3].register.id",
    ]
