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
from tests.unit.policy.document.texts import problems_of

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


def problems_if_any(text: str) -> list[str]:
    try:
        parse_policy(text, "policy.yaml")
    except PolicyError as error:
        return str(error).splitlines()
    return []


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
