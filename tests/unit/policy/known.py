"""What is known of `churn` when a policy is asked: all that can be read, or its name alone."""

from __future__ import annotations

from bqml_registrar.names import JobName
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.facts import Facts, OriginUnknown, Source
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_model

ALL_SOURCES = (Source.MODEL, Source.JOB, Source.DATASET)
ANA = Origin(
    job=JobName(project="analytics-dev", job="job_1"), creator="ana@example.com", labels={}
)
BY_NAME = Facts(name=CHURN)


def facts(origin: Origin | OriginUnknown | None = ANA, **of_model: object) -> Facts:
    """Everything read; `of_model` changes the model."""
    return Facts(name=CHURN, model=a_model(**of_model), origin=origin, dataset_labels={})


def is_(*globs: str) -> Condition:
    """The condition that one of the globs fits."""
    return Condition(globs=globs)
