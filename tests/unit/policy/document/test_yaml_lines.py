"""The strict subset of YAML, and the line of every part."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.policy.document.yaml_lines import YamlError, read_yaml


def test_every_part_has_its_line() -> None:
    document = read_yaml("a: 1\nb:\n  - x\n  - {c: y,\n     d: z}\n")

    assert document.value == {"a": 1, "b": ["x", {"c": "y", "d": "z"}]}
    assert document.lines[("a",)] == 1
    assert document.lines[("b",)] == 2
    assert document.lines[("b", 1)] == 4
    assert document.lines[("b", 1, "d")] == 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("true", True),
        ("yes", True),
        ("null", None),
        ("1.5", 1.5),
        ('"true"', "true"),
        ("'1'", "1"),
        ("prod", "prod"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("[]", []),
        ("{}", {}),
    ],
)
def test_plain_values_are_read_as_yaml_says(text: str, value: object) -> None:
    assert read_yaml(text).value == value


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "written twice, first on line 1"),
        ("a: &x 1\nb: 2\n", 1, "anchors and aliases are not read"),
        ("a: 1\nb: *x\n", 2, "a glob that begins with * goes in quotes"),
        ("a: 1\nb: !!str 2\n", 2, "the tag tag:yaml.org,2002:str is not read"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "is not read"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
        ("a: 2026-01-01\n", 1, 'write "2026-01-01" in quotes'),
        ("a: 0b_\n", 1, 'write "0b_" in quotes'),
        ("a: 1\non: x\n", 2, 'write "on" in quotes'),
        ("a: 1\n<<: {b: 2}\n", 2, 'write "<<" in quotes'),
        ("? [a, b]\n: 1\n", 1, "a key that is not text"),
    ],
)
def test_what_the_subset_leaves_out_is_a_problem_with_its_line(
    text: str, line: int, part: str
) -> None:
    (problem,) = read_yaml(text).problems

    assert problem.line == line
    assert part in problem.text


def test_reading_goes_on_after_a_key_that_is_written_twice() -> None:
    document = read_yaml("a: {x: 1}\na: {y: [2, {z: 3}]}\nb: 4\n")

    assert document.value == {"a": {"x": 1}, "b": 4}


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "the file is empty"),
        ("# a comment\n", 1, "the file is empty"),
        ("a: [1,\nb: 2\n", 2, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "indent with spaces, not tabs"),
        ("a:\n\t- b\n", 2, "indent with spaces, not tabs"),
        ("a: {b: *}\n", 1, "; a glob that begins with * goes in quotes"),
        ("a: *_v[0-9]\n", 1, "; a glob that begins with * goes in quotes"),
        ("a:\n  id: {x}-{y}\n  b: 1\n", 2, "; put text with { or : in quotes"),
        ("a: Model: {x}\n", 1, "; put text with { or : in quotes"),
        ("a: {b: Model: x}\n", 1, "; put text with { or : in quotes"),
        ('- a: "x: {y}"  # one: two\n  b: z: z\n', 2, "; put text with { or : in quotes"),
        ("a:\n  b:x\n  c: 1\n", 3, "; mind the indentation, a space that is missing after a colon"),
        ("a: @x\n", 1, "; put text that begins with such a character in quotes"),
        ('a: {b: "c: {d}"\n', 1, "; close or indent it as YAML asks"),
        ("a: 1\nb: \x01\n", 2, "a character that YAML does not allow"),
        ("a: 1\nb: \ud800\n", 2, "a character that is not Unicode text"),
        ("[" * 300_000, 1, "nested more than 20 deep"),
        ("{a: " * 300_000, 1, "nested more than 20 deep"),
    ],
    ids=[
        "nothing",
        "comment",
        "syntax",
        "tab",
        "tab before a list",
        "glob in a mapping",
        "glob with a set",
        "templates",
        "colon and template",
        "colon in a mapping",
        "colon after quotes",
        "no space after a colon",
        "at sign",
        "brace that is not closed",
        "control",
        "surrogate",
        "deep list",
        "deep mapping",
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(YamlError) as refused:
        read_yaml(text)

    assert refused.value.problem.line == line
    assert part in refused.value.problem.text


def test_a_bracket_that_is_not_closed_is_named_by_its_own_line() -> None:
    with pytest.raises(YamlError, match="in what begins on line 2"):
        read_yaml("a: 1\nb: [1,\nc: 2\n\n\n")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(YamlError):
        assert read_yaml(text).lines[()] >= 1
