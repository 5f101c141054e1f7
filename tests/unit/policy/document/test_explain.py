"""What msgspec refuses, in words that say what would be right."""

from __future__ import annotations

import pytest

from tests.unit.policy.document.texts import problems_of


def rule(*lines: str) -> str:
    """A policy of one rule, whose own lines begin at line 4."""
    return "\n".join(["version: 1", "rules:", "  - name: one", *(f"    {line}" for line in lines)])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "version: 2\nrules: []",
            "policy.yaml:1: version: 2 is not accepted; expected 1, the version of the policy's format",
        ),
        (
            rule("match: {labels: {vertex: true}}", "register: {}"),
            (
                "policy.yaml:4: rules[0].match.labels.vertex: true is not read as text; "
                'write "true" in quotes'
            ),
        ),
        (
            rule("match:", "  labels:", "    tier: [a, 1]", "register: {}"),
            'policy.yaml:6: rules[0].match.labels.tier[1]: 1 is not read as text; write "1" in quotes',
        ),
        (
            rule("match: {datset: x}", "register: {}"),
            "policy.yaml:4: rules[0].match.datset: unknown key; did you mean dataset?",
        ),
        (
            rule("match: {xyz: x}", "register: {}"),
            (
                "policy.yaml:4: rules[0].match.xyz: unknown key; known here: "
                "project, dataset, model, location, model_type, creator, labels"
            ),
        ),
        (
            "version: 1\nrules:\n  - register: {}",
            (
                "policy.yaml:3: rules[0].name: missing; "
                "expected a lower-case name such as production-models: letters, digits, hyphens, up to 62"
            ),
        ),
        (
            rule("register:"),
            (
                "policy.yaml:4: rules[0].register: is empty; expected a mapping of how "
                "matching models are registered ({}: with the defaults), or false, which keeps them out"
            ),
        ),
        (
            rule("match:", "register: {}"),
            (
                "policy.yaml:4: rules[0].match: is empty; expected a mapping of conditions, all of "
                "which must hold; {} matches every model"
            ),
        ),
        (
            rule("dataset: x", "register: {}"),
            "policy.yaml:4: rules[0].dataset: unknown key; belongs under match",
        ),
        (
            rule("register: {}", "labels: {a: b}"),
            "policy.yaml:5: rules[0].labels: unknown key; belongs under match or register",
        ),
        (
            rule("register: {description: {model}}"),
            (
                "policy.yaml:4: rules[0].register.description: a mapping is not accepted; expected a "
                'template of up to 512 characters, such as "{labels.stage}", in quotes'
            ),
        ),
        (
            rule("register: {id: {model}}"),
            (
                "policy.yaml:4: rules[0].register.id: a mapping is not accepted; expected a template of "
                'the Vertex model id: "{dataset}-{model}", in quotes, with constants around it'
            ),
        ),
        (
            rule("register: {versions_of: {labels.family}}"),
            (
                "policy.yaml:4: rules[0].register.versions_of: a mapping is not accepted; expected a "
                'template of the Vertex model id, such as "{labels.family}", in quotes; it stands '
                "instead of id"
            ),
        ),
        (
            rule("register: {aliases: {labels.stage}}"),
            (
                "policy.yaml:4: rules[0].register.aliases: a mapping is not accepted; expected a list "
                'of up to 8 templates of version aliases, such as ["{labels.stage}"]'
            ),
        ),
        (
            rule("match: {dataset: *prod}", "register: {}"),
            (
                "policy.yaml:4: rules[0].match.dataset: anchors and aliases are not read; write the "
                "value out; a glob that begins with * goes in quotes"
            ),
        ),
        (
            rule("register:", '  labels: {"My key": "x"}'),
            (
                'policy.yaml:5: rules[0].register.labels["My key"]: "My key" is not accepted; expected '
                "a label's key: lower-case letters, digits, _ and -, beginning with a letter, up to 63, "
                "not beginning with goog-, vertex-ai- or bqml-registrar"
            ),
        ),
        (
            rule("register: {}", "on_refused_delete: undeploy"),
            "policy.yaml:5: rules[0].on_refused_delete: unknown key; belongs under cleanup",
        ),
        (
            rule("register: {}", "name: two"),
            "policy.yaml:5: rules[0].name: written twice, first on line 3; keep one",
        ),
    ],
    ids=[
        "version",
        "bare boolean",
        "bare number in a list",
        "misspelt key",
        "unknown key",
        "missing name",
        "missing register",
        "empty match",
        "key of match on the rule",
        "key of match and register on the rule",
        "description without quotes",
        "id without quotes",
        "versions_of without quotes",
        "aliases without quotes",
        "glob without quotes",
        "key of a mapping",
        "key of cleanup on the rule",
        "duplicate key",
    ],
)
def test_a_problem_names_line_and_key_and_what_would_be_right(text: str, line: str) -> None:
    assert problems_of(text) == [line]


@pytest.mark.parametrize(
    "lines",
    [
        ["match: 5", "register: {}"],
        ["match: {dataset: []}", "register: {}"],
        ['match: {dataset: ""}', "register: {}"],
        ["match: {labels: {bqml-registrar: x}}", "register: {}"],
        ["match: {labels: {Vertex: x}}", "register: {}"],
        ["match: {labels: {vertex: null}}", "register: {}"],
        ["match: {labels: {vertex: {prsent: true}}}", "register: {}"],
        ["register: {aliases: 'x'}"],
        ["register: {aliases: [a, b, c, d, e, f, g, h, i]}"],
        [f"register: {{description: {'x' * 513}}}"],
        ["register: {description: ''}"],
        ["register: {labels: {goog-team: x}}"],
        ["register: {labels: {vertex-ai-team: x}}"],
        ["register: {labels: {bqml-registrar-team: x}}"],
        ['register: {labels: {"team\\n": x}}'],
        [f"register: {{labels: {{{', '.join(f'k{n}: x' for n in range(17))}}}}}"],
        ["register: {}", "cleanup: {}", "extra: 1"],
    ],
    ids=lambda lines: lines[0][:50],
)
def test_what_does_not_fit_is_refused_on_its_line(lines: list[str]) -> None:
    (problem,) = problems_of(rule(*lines))

    assert problem.startswith(f"policy.yaml:{6 if len(lines) == 3 else 4}: rules[0].")
    assert "; " in problem
