"""Sanitised texts: always within Vertex AI's rules, and no two models on one id."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.policy.templates import Template
from bqml_registrar.policy.vertex_ids import (
    is_mergeable_alias,
    label_value,
    short_hash,
    version_alias,
    vertex_model_id,
)
from tests.model_names import MODEL_IDS

# UploadModelRequest.model_id; Model.version_aliases, narrower; labels as Resource Manager has them.
AN_ID = re.compile(r"[a-z_][a-z0-9_-]{0,62}")
AN_ALIAS = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")

datasets = st.from_regex(r"[A-Za-z0-9_]{1,40}", fullmatch=True)
# Names that are near each other after sanitising: case, other characters, what looks like a hash.
near_datasets = st.sampled_from(["a", "A", "a_b", "A_b", "_a"])
near_models = st.sampled_from(
    [
        "b",
        "B",
        "ü",
        "ö",
        "_",
        "b-c",
        "b_c",
        "b-" + short_hash("a-B"),
        "b-0badcafe",
        "b c",
        "\u00fc",
        "u\u0308",
        "b" * 70,
        "b" * 71,
    ]
)
names = st.one_of(st.tuples(datasets, MODEL_IDS), st.tuples(near_datasets, near_models))


def default_id(name: tuple[str, str]) -> str:
    values = dict(zip(("dataset", "model"), name, strict=True))
    return vertex_model_id(Template.parse("{dataset}-{model}").render(values.get) or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prod_sales-churn", "prod_sales-churn"),
        ("_a-b", "_a-b"),
        ("a" * 63, "a" * 63),
        ("prod_sales-Churn", f"prod_sales-churn-{short_hash('prod_sales-Churn')}"),
        ("a-ü", f"a-_-{short_hash('a-ü')}"),
        ("2026-churn", f"_2026-churn-{short_hash('2026-churn')}"),
        ("-a", f"_-a-{short_hash('-a')}"),
        ("a" * 64, f"{'a' * 54}-{short_hash('a' * 64)}"),
        ("a-0badcafe", f"a-0badcafe-{short_hash('a-0badcafe')}"),
        ("a-0badcaf", "a-0badcaf"),
        ("a-ग्राहक", f"a-______-{short_hash('a-ग्राहक')}"),
        ("a-my model-1", f"a-my_model-1-{short_hash('a-my model-1')}"),
    ],
)
def test_an_id_is_kept_if_it_is_clean_and_else_ends_in_a_hash(text: str, expected: str) -> None:
    assert vertex_model_id(text) == expected


@given(one=names, other=names)
def test_two_models_never_share_an_id(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (default_id(one) == default_id(other)) == (one == other)


@given(one=names)
def test_a_model_named_like_the_id_of_another_does_not_take_it(one: tuple[str, str]) -> None:
    dataset, _, model = default_id(one).partition("-")

    assert default_id((dataset, model)) != default_id(one) or (dataset, model) == one


@given(st.text(min_size=1))
def test_an_id_is_always_within_the_rules(text: str) -> None:
    assert AN_ID.fullmatch(vertex_model_id(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("champion", "champion"),
        ("Champion", "champion"),
        ("Release_2.1", "release-2-1"),
        ("--a--b--", "a-b"),
        ("2026", "v2026"),
        ("b", "b0"),
        ("7", "v7"),
        ("", ""),
        ("___", ""),
        ("größe", "gr-e"),
        ("a" * 40, "a" * 40),
        ("a" * 41, f"{'a' * 31}-{short_hash('a' * 41)}"),
    ],
)
def test_an_alias_is_sanitised_as_documented(text: str, expected: str) -> None:
    assert version_alias(text) == expected


@given(st.text())
def test_an_alias_is_within_the_rules_or_empty(text: str) -> None:
    alias = version_alias(text)

    assert alias == "" or AN_ALIAS.fullmatch(alias)
    assert bool(alias) == bool(re.search(r"[a-z0-9]", text.lower()))


@given(st.text())
def test_an_alias_of_an_alias_is_the_same(text: str) -> None:
    assert version_alias(version_alias(text)) == version_alias(text)


@pytest.mark.parametrize("alias", ["champion", "eu-test", "v1", "a" * 128, "default"])
def test_an_alias_that_both_pages_allow_is_mergeable(alias: str) -> None:
    assert is_mergeable_alias(alias)


@pytest.mark.parametrize(
    "alias",
    [
        "logistic_reg",
        "Prod",
        "euTest",
        "1",
        "x",
        "ends-",
        "-begins",
        "é",
        "a b",
        "ab\n",
        "",
        "a" * 129,
    ],
)
def test_an_alias_that_one_of_them_refuses_is_not(alias: str) -> None:
    assert not is_mergeable_alias(alias)


@given(st.text())
def test_an_alias_that_a_rule_gives_is_always_mergeable(text: str) -> None:
    alias = version_alias(text)

    assert alias == "" or is_mergeable_alias(alias)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("growth", "growth"),
        ("Growth Team", "growth_team"),
        ("ana@example.com", "ana_example_com"),
        ("Zürich", "zürich"),
        ("東京", "東京"),
        ("𝐀ʰ", "__"),
        ("", ""),
        ("a" * 64, "a" * 63),
    ],
)
def test_a_labels_value_is_sanitised_as_documented(text: str, expected: str) -> None:
    assert label_value(text) == expected


@given(st.text())
def test_a_labels_value_is_within_the_rules(text: str) -> None:
    value = label_value(text)

    assert len(value) <= 63
    assert all(char in "_-" or category(char) in {"Ll", "Lo", "Nd", "Nl", "No"} for char in value)
    assert label_value(value) == value
