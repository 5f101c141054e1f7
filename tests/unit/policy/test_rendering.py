"""Looking values up by source, and what is told of those that are missing."""

from __future__ import annotations

from typing import Any

import pytest

from bqml_registrar.names import JobName
from bqml_registrar.policy.facts import (
    Facts,
    NeededError,
    OriginUnknown,
    OriginUnknownError,
    Source,
)
from bqml_registrar.policy.rendering import Renderer, field_value, label
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_model, a_policy

ALL = (Source.MODEL, Source.JOB, Source.DATASET)
ANA = Origin(
    job=JobName(project="analytics-dev", job="job_1"),
    creator="ana@example.com",
    labels={"team": "of-job", "run": "7"},
)


def facts(**changes: Any) -> Facts:
    known = {
        "model": a_model(labels={"team": "of-model", "empty": ""}),
        "origin": ANA,
        "dataset_labels": {"team": "of-dataset", "run": "8", "empty": "no"},
    }
    return Facts(name=CHURN, **{**known, **changes})


@pytest.mark.parametrize(
    ("sources", "key", "value"),
    [
        (ALL, "team", "of-model"),
        ((Source.JOB, Source.MODEL), "team", "of-job"),
        ((Source.DATASET, Source.MODEL), "team", "of-dataset"),
        (ALL, "run", "7"),
        ((Source.MODEL, Source.DATASET), "run", "8"),
        (ALL, "empty", ""),
        ((Source.MODEL,), "run", "constant"),
        ((), "team", None),
        (ALL, "nowhere", None),
    ],
)
def test_the_first_source_with_the_key_gives_the_value(
    sources: tuple[Source, ...], key: str, value: str | None
) -> None:
    policy = a_policy(label_sources=sources, constants={"run": "constant"})

    assert label(key, policy, facts()) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project", "analytics-dev"),
        ("dataset", "prod_sales"),
        ("model", "churn"),
        ("location", "US"),
        ("model_type", "LINEAR_REGRESSION"),
        ("labels.team", "of-model"),
        ("labels.nowhere", None),
        ("creator", "ana@example.com"),
        ("job.creator", "ana@example.com"),
        ("job.labels.run", "7"),
        ("job.labels.nowhere", None),
    ],
)
def test_every_field_has_its_value(field: str, value: str | None) -> None:
    assert field_value(field, a_policy(label_sources=ALL), facts()) == value


def test_a_field_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown field 'nothing'"):
        field_value("nothing", a_policy(), facts())


@pytest.mark.parametrize(
    ("field", "unread", "source"),
    [
        ("location", "model", Source.MODEL),
        ("labels.team", "model", Source.MODEL),
        ("labels.run", "origin", Source.JOB),
        ("labels.nowhere", "dataset_labels", Source.DATASET),
        ("job.creator", "origin", Source.JOB),
        ("job.labels.run", "origin", Source.JOB),
    ],
)
def test_a_source_that_is_not_read_yet_is_asked_for(
    field: str, unread: str, source: Source
) -> None:
    with pytest.raises(NeededError) as needed:
        field_value(field, a_policy(label_sources=ALL), facts(**{unread: None}))

    assert needed.value.source is source


def test_a_key_of_a_higher_source_needs_no_lower_one() -> None:
    known = facts(origin=None, dataset_labels=None)

    assert label("team", a_policy(label_sources=ALL), known) == "of-model"


def test_a_lower_source_is_not_asked_instead_of_a_job_that_is_lost() -> None:
    known = facts(origin=OriginUnknown.NOT_FOUND)

    with pytest.raises(OriginUnknownError):
        label("run", a_policy(label_sources=ALL), known)


def test_a_renderer_keeps_account_of_what_had_no_value() -> None:
    renderer = Renderer(
        a_policy(label_sources=(Source.MODEL,)), facts(origin=OriginUnknown.NOT_FOUND)
    )
    templates = {
        "team": Template.parse("{labels.team}"),
        "run": Template.parse("{labels.run}"),
        "by": Template.parse("by {job.creator}"),
        "empty": Template.parse("{labels.empty}"),
    }

    assert renderer.texts(templates) == {"team": "of-model"}
    assert renderer.missing == {
        "{labels.run}": Reason.LABEL_MISSING,
        "by {job.creator}": Reason.ORIGIN_UNKNOWN,
    }


def test_no_template_is_an_empty_text_and_nothing_is_missing() -> None:
    renderer = Renderer(a_policy(), facts())

    assert renderer.text(None) == ""
    assert renderer.missing == {}
