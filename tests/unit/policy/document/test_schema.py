"""The published JSON Schema, as an editor applies it. Examples of the docs: test_policy_docs."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from bqml_registrar.policy.decide import FIELD_ORDER
from bqml_registrar.policy.document.schema import MatchDocument
from bqml_registrar.policy.document.yaml_lines import read_yaml
from bqml_registrar.policy.facts import Source
from tools.document_schemas import policy_json_schema

SCHEMA = Draft202012Validator(policy_json_schema())


def accepts(text: str) -> bool:
    return bool(SCHEMA.is_valid(read_yaml(text).value))


def a_policy(rule: str) -> str:
    return f"version: 1\nrules: [{{name: a, {rule}}}]"


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    schema = policy_json_schema()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:bqml-registrar:policy:1"
    assert schema["title"] == "Label policy of bqml-registrar"


def test_every_key_is_described_for_completion() -> None:
    schema = policy_json_schema()
    kinds = [schema, *schema["$defs"].values()]

    for kind in kinds:
        assert kind["description"]
        for part in kind.get("properties", {}).values():
            assert "description" in part or "$ref" in part


def test_every_field_that_a_policy_can_match_has_a_key() -> None:
    assert set(MatchDocument.__struct_fields__) == {*FIELD_ORDER, "labels"}


def test_every_label_source_can_be_named() -> None:
    assert accepts(f"version: 1\nrules: []\nlabel_sources: [{', '.join(Source)}]")


@pytest.mark.parametrize(
    "rule",
    [
        "register: {}",
        "register: false",
        "match: {}, register: {}",
        'match: {dataset: "x", model: ["a", "b*"]}, register: {}',
        "match: {labels: {a: {present: true}, b: {absent: true}, c: x, d: [x, y]}}, register: {}",
        'register: {versions_of: "{labels.family}"}',
        "register: {}, cleanup: {on_refused_delete: notify}",
    ],
)
def test_a_rule_that_is_right_is_accepted(rule: str) -> None:
    assert accepts(a_policy(rule))


@pytest.mark.parametrize(
    "rule",
    [
        "match: {}",
        "register: true",
        "register: null",
        "register: {}, extra: 1",
        "register: {}, name: Capital",
        "match: {datset: x}, register: {}",
        "match: {dataset: []}, register: {}",
        "match: {labels: {vertex: true}}, register: {}",
        "match: {labels: {Vertex: x}}, register: {}",
        "match: {labels: {hold: {present: false}}}, register: {}",
        "match: {labels: {hold: {present: true, absent: true}}}, register: {}",
        "match: {labels: {hold: {}}}, register: {}",
        'register: {id: "{dataset}-{model}", versions_of: "x"}',
        "register: {aliases: [a, b, c, d, e, f, g, h, i]}",
        "register: {labels: {goog-x: y}}",
        'register: {labels: {"x\\n": y}}',
        "register: {description: ''}",
    ],
)
def test_a_rule_that_is_wrong_in_its_structure_is_not(rule: str) -> None:
    text = (
        a_policy(rule) if "Capital" not in rule else "version: 1\nrules: [{name: A, register: {}}]"
    )

    assert not accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "rules: []",
        "version: 1",
        "version: 2\nrules: []",
        "version: '1'\nrules: []",
        "version: 1\nrules: {}",
        "version: 1\nrules: []\nlabel_sources: [model, model]",
        "version: 1\nrules: []\nlabel_sources: [table]",
        "version: 1\nrules: []\nconstants: {bqml-registrar: x}",
        "version: 1\nrules: []\nconstants: {team: 1}",
        "version: 1\nrules: []\nrule: []",
        "[]",
    ],
)
def test_a_document_that_is_wrong_in_its_structure_is_not_accepted(text: str) -> None:
    assert not accepts(text)
