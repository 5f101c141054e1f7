"""The SQL that the analyst runs."""

from __future__ import annotations

from tests.faults.people import Action, sql
from tests.faults.topic_names import PROJECT

OPTIONS = "model_type='linear_reg', input_label_cols=['y']"
DATA = "AS SELECT 1 AS x, 2 AS y"


def dataset(name: str) -> Action:
    return sql(f"CREATE SCHEMA `{PROJECT}.{name}` OPTIONS(location='US')")


def train(model: str = "prod_sales.churn", options: str = "", **labels: str) -> Action:
    more = f", {options}" if options else ""
    return sql(f"CREATE MODEL `{PROJECT}.{model}` OPTIONS({OPTIONS}{more}) {DATA}", **labels)


def retrain(model: str = "prod_sales.churn", options: str = "", **labels: str) -> Action:
    more = f", {options}" if options else ""
    text = f"CREATE OR REPLACE MODEL `{PROJECT}.{model}` OPTIONS({OPTIONS}{more}) {DATA}"
    return sql(text, **labels)


def registered_as(model_id: str, *aliases: str) -> str:
    names = ", ".join(f"'{name}'" for name in aliases)
    versions = f", vertex_ai_model_version_aliases=[{names}]" if aliases else ""
    return f"model_registry='VERTEX_AI', vertex_ai_model_id='{model_id}'{versions}"


def alter(model: str, **labels: str) -> Action:
    pairs = ", ".join(f"('{key}', '{value}')" for key, value in labels.items())
    return sql(f"ALTER MODEL `{PROJECT}.{model}` SET OPTIONS(labels=[{pairs}])")


def remote(model: str, **labels: str) -> Action:
    text = f"CREATE MODEL `{PROJECT}.{model}` REMOTE WITH CONNECTION `us.c` OPTIONS(endpoint='gemini-2.5-flash')"
    return sql(text, **labels)


def drop(model: str = "prod_sales.churn") -> Action:
    return sql(f"DROP MODEL `{PROJECT}.{model}`")
