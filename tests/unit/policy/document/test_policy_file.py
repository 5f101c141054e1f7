"""Loading a policy: what comes of it, and the line and words of every problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.document.policy_file import PolicyError, load_policy, parse_policy
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import LabelPolicy

WHOLE = """\
version: 1
label_sources: [dataset, model]
constants: {team: analytics}
rules:
  - name: no-scratch
    match: {model: ["tmp_*", "*_scratch"]}
    register: false
  - name: families
    match:
      dataset: "prod_*"
      labels: {stage: [prod, staging-*], tier: {present: true}, hold: {absent: true}}
    register:
      versions_of: "{labels.family}"
      aliases: ["{labels.stage}"]
      labels: {team: "{labels.team}"}
      description: "Trained by {job.creator}"
    cleanup: {on_refused_delete: notify}
  - name: rest
    register: {}
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, "policy.yaml")
    return str(refused.value).splitlines()


def problems_if_any(text: str) -> list[str]:
    try:
        parse_policy(text, "policy.yaml")
    except PolicyError as error:
        return str(error).splitlines()
    return []


def rule(*lines: str) -> str:
    """A policy of one rule, whose own lines begin at line 4."""
    return "\n".join(["version: 1", "rules:", "  - name: one", *(f"    {line}" for line in lines)])


def test_a_policy_is_read_as_it_is_written() -> None:
    policy = parse_policy(WHOLE, "policy.yaml")
    scratch, families, rest = policy.rules

    assert policy.label_sources == (Source.DATASET, Source.MODEL)
    assert policy.constants == {"team": "analytics"}
    assert scratch.register is None
    assert scratch.match.fields == {"model": Condition(globs=("tmp_*", "*_scratch"))}
    assert families.versions_of
    assert families.match.labels == {
        "stage": Condition(globs=("prod", "staging-*")),
        "tier": Condition(present=True),
        "hold": Condition(present=False),
    }
    assert families.register is not None
    assert families.register.model_id.text == "{labels.family}"
    assert [alias.text for alias in families.register.aliases] == ["{labels.stage}"]
    assert families.register.description is not None
    assert rest.register is not None
    assert rest.register.model_id.text == "{dataset}-{model}"
    assert not rest.versions_of


def test_labels_come_from_the_model_alone_if_nothing_is_said() -> None:
    assert parse_policy("version: 1\nrules: []", "policy.yaml") == LabelPolicy()


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


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nconstants: {bqml-registrar-x: a}\nrules: []",
        "version: 1\nconstants: {team: Growth Team}\nrules: []",
        "version: 1\nlabel_sources: [model, model]\nrules: []",
        "version: 1\nlabel_sources: [table]\nrules: []",
        "version: 1\nrules: {}",
        "version: 1\nrule: []\nrules: []",
    ],
)
def test_a_wrong_top_level_key_is_refused_on_its_line(text: str) -> None:
    (problem,) = problems_of(text)

    assert problem.startswith("policy.yaml:2: ")


def test_more_rules_than_the_limit_are_refused() -> None:
    rules = "".join(
        f"  - {{name: r{n}, match: {{model: m{n}}}, register: {{}}}}\n" for n in range(201)
    )

    (problem,) = problems_of(f"version: 1\nrules:\n{rules}")
    assert "a list of 201 is not accepted; expected a list of up to 200 rules" in problem


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


@given(st.text())
def test_any_text_is_a_policy_or_a_list_of_problems(text: str) -> None:
    assert all(line.startswith("policy.yaml:") for line in problems_if_any(text))


KEYS = (
    "retire",
    "protect",
    "aliases",
    "traffic_share",
    "on_refused_delete",
    "grace_days",
    "cleanup",
)
values = st.recursive(
    st.sampled_from(["{dataset}-{model}", "x", "", "{a", "*", "true", "1", "null", "1.5", "~"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from([*KEYS, "name", "match", "register", "labels", "id", "dataset", "k"]),
            inner,
            max_size=3,
        ).map(lambda pairs: "{" + ", ".join(f'"{k}": {v}' for k, v in pairs.items()) + "}")
    ),
    max_leaves=12,
)


@given(
    key=st.sampled_from(["version", "rules", "label_sources", "constants", "cleanup"]), value=values
)
def test_anything_under_a_known_key_is_accepted_or_explained(key: str, value: str) -> None:
    problems = problems_if_any(f"{key}: {value}")

    assert all(line.startswith("policy.yaml:1: ") for line in problems)


def test_a_policy_is_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(WHOLE)

    assert load_policy(path) == parse_policy(WHOLE, "policy.yaml")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())

    assert load_policy(path) == parse_policy(WHOLE, "policy.yaml")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version: 1\nrules: []\n# \xff\n", ":3: not UTF-8; save the file as UTF-8"),
        (b"#" * (1024 * 1024 + 1), ": larger than 1 MiB; a policy is a page or two"),
        (b"", ':1: the file is empty; a policy begins with "version: 1"'),
    ],
    ids=["not UTF-8", "too large", "empty"],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)

    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    assert str(refused.value) == f"{path}{words}"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(PolicyError) as refused:
            load_policy(path)
        assert str(refused.value).startswith(f"{path}: not read: ")
