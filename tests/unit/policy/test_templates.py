"""Templates: what they accept, and when two models could render alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.policy.templates import Template

VALUES = {"dataset": "sales", "model": "churn", "labels.stage": "prod", "job.creator": "ana"}


@pytest.mark.parametrize(
    ("text", "fields", "rendered"),
    [
        ("constant", (), "constant"),
        ("{dataset}-{model}", ("dataset", "model"), "sales-churn"),
        ("by {job.creator}.", ("job.creator",), "by ana."),
        ("{labels.stage}{labels.stage}", ("labels.stage", "labels.stage"), "prodprod"),
        ("{{{model}}}", ("model",), "{churn}"),
        ("{labels.nothing}-{model}", ("labels.nothing", "model"), None),
    ],
)
def test_fields_are_replaced_and_a_missing_one_leaves_nothing(
    text: str, fields: tuple[str, ...], rendered: str | None
) -> None:
    template = Template.parse(text)

    assert template.fields == fields
    assert template.render(VALUES.get) == rendered


@pytest.mark.parametrize(
    "field",
    [
        "project",
        "dataset",
        "model",
        "location",
        "model_type",
        "labels.stage",
        "labels.cost-center_1",
        "labels.größe",
        "job.creator",
        "job.labels.run",
    ],
)
def test_every_documented_field_is_known(field: str) -> None:
    assert Template.parse(f"{{{field}}}").fields == (field,)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{0}",
        "{nothing}",
        "{labels}",
        "{labels.}",
        "{labels.a.b}",
        "{lables.stage}",
        "{job.id}",
        "{model.name}",
        "{model[0]}",
        "{model!r}",
        "{model:>10}",
        "{model:{dataset}}",
        "{model.__class__}",
    ],
)
def test_any_other_field_is_refused_with_the_list_of_fields(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown field .*; fields: \{project\}, \{dataset\}"):
        Template.parse(text)


@pytest.mark.parametrize("text", ["{model", "model}", "{model!}", "{", "a {model} }"])
def test_an_open_brace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a template"):
        Template.parse(text)


@pytest.mark.parametrize(
    ("text", "injective"),
    [
        ("{dataset}-{model}", True),
        ("prod-{dataset}-{model}", True),
        ("{dataset}-{model}-v1", True),
        ("a_{dataset}-{model}_b", True),
        ("{dataset}{model}", False),
        ("{dataset}_{model}", False),
        ("{dataset}--{model}", False),
        ("{model}-{dataset}", False),
        ("{model}", False),
        ("{dataset}-{dataset}", False),
        ("{dataset}-{model}-{labels.stage}", False),
        ("{labels.stage}-{dataset}-{model}", False),
        ("constant", False),
        ("", False),
    ],
)
def test_only_the_default_with_constants_around_it_is_injective(
    text: str, *, injective: bool
) -> None:
    assert Template.parse(text).is_injective is injective


@given(st.text())
def test_any_text_is_a_template_or_refused_as_one_line(text: str) -> None:
    try:
        template = Template.parse(text)
    except ValueError as error:
        words = str(error)
    else:
        words = template.render(lambda field: f"<{field}>") or ""

    assert words is not None


@given(dataset=st.from_regex(r"[A-Za-z0-9_]{1,9}", fullmatch=True), model=st.text(max_size=9))
def test_the_default_tells_where_the_dataset_ends(dataset: str, model: str) -> None:
    values = {"dataset": dataset, "model": model}
    rendered = Template.parse("{dataset}-{model}").render(values.get)

    assert rendered is not None
    assert tuple(rendered.split("-", 1)) == (dataset, model)
