"""An analyst's day, as data: what is run, and what shall come of it."""

from __future__ import annotations

from dataclasses import dataclass

from local.expectations import Account, Version
from local.steps import Labels, NewDataset, Sql, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A part of the day, and what shall be seen after it; the registry as a whole."""

    title: str
    steps: tuple[Step, ...]
    expected: Account


_PRODUCTION = {"vertex": "register", "stage": "prod", "team": "growth"}
_DESCRIPTION = "Trained by ana@example.com"
_CHURN = Version(
    name="prod_sales-churn@1",
    aliases=("default", "prod"),
    labels={"team": "growth"},
    description=_DESCRIPTION,
)
_REVENUE = Version(
    name="prod_sales-revenue@1",
    aliases=("champion", "default"),
    labels={"team": "growth"},
    description=_DESCRIPTION,
)

ACTS = (
    Act(
        title="A model is trained, without any label: no rule asks for it",
        steps=(
            NewDataset("prod_sales"),
            Sql(
                "CREATE MODEL prod_sales.churn\n"
                "OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['churned']) AS\n"
                "SELECT * FROM prod_sales.customers"
            ),
        ),
        expected=Account(decisions=frozenset({("prod_sales.churn", "NO_RULE_MATCHED")})),
    ),
    Act(
        title="It gets its labels later: registered, as if it had had them from the start",
        steps=(
            Sql(
                "ALTER MODEL prod_sales.churn SET OPTIONS (labels =\n"
                "  [('vertex', 'register'), ('stage', 'prod'), ('team', 'growth')])"
            ),
        ),
        expected=Account(
            decisions=frozenset(
                {("prod_sales.churn", "RULE_MATCHED"), ("prod_sales.churn", "OWN_ECHO")}
            ),
            registry=(_CHURN,),
            events=(
                ("model.v1.registered", "prod_sales.churn", ""),
                ("alias.v1.assigned", "prod_sales.churn", "prod"),
            ),
        ),
    ),
    Act(
        title="A pipeline labels its job: registered at creation",
        steps=(
            Sql(
                "CREATE OR REPLACE MODEL prod_sales.revenue\n"
                "OPTIONS (model_type = 'BOOSTED_TREE_REGRESSOR', input_label_cols = ['revenue']) AS\n"
                "SELECT * EXCEPT (customer_id) FROM prod_sales.orders",
                job_labels={**_PRODUCTION, "stage": "champion"},
            ),
        ),
        expected=Account(
            decisions=frozenset(
                {("prod_sales.revenue", "RULE_MATCHED"), ("prod_sales.revenue", "OWN_ECHO")}
            ),
            registry=(_CHURN, _REVENUE),
            events=(
                ("model.v1.registered", "prod_sales.revenue", ""),
                ("alias.v1.assigned", "prod_sales.revenue", "champion"),
            ),
        ),
    ),
    Act(
        title="An experiment in a dataset that no rule names: left alone, label or not",
        steps=(
            NewDataset("scratch"),
            Sql(
                "CREATE MODEL scratch.segments OPTIONS (model_type = 'KMEANS', num_clusters = 4) AS\n"
                "SELECT age, visits FROM prod_sales.customers"
            ),
            Labels("scratch.segments", _PRODUCTION),
        ),
        expected=Account(
            decisions=frozenset({("scratch.segments", "NO_RULE_MATCHED")}),
            registry=(_CHURN, _REVENUE),
        ),
    ),
    Act(
        title="A remote model with the label: rejected, and the reason told",
        steps=(
            Sql(
                "CREATE MODEL prod_sales.assistant REMOTE WITH CONNECTION `us.vertex`\n"
                "OPTIONS (endpoint = 'gemini-2.5-flash')",
                job_labels=_PRODUCTION,
            ),
        ),
        expected=Account(
            decisions=frozenset(
                {("prod_sales.assistant", "REMOTE_MODEL"), ("prod_sales.assistant", "OWN_ECHO")}
            ),
            registry=(_CHURN, _REVENUE),
            events=(("model.v1.rejected", "prod_sales.assistant", ""),),
        ),
    ),
    Act(
        title="Ordinary traffic, and a CREATE MODEL that fails: nothing wakes the function",
        steps=(
            Sql("SELECT region, COUNT(*) AS customers FROM prod_sales.customers GROUP BY region"),
            Sql(
                "SELECT * FROM ML.PREDICT(MODEL prod_sales.churn, TABLE prod_sales.customers)\n"
                "WHERE predicted_churned"
            ),
            Sql(
                "CREATE OR REPLACE TABLE prod_sales.scores AS SELECT 1 AS customer_id, 0.5 AS score;\n"
                "MERGE prod_sales.customers c USING prod_sales.scores s ON c.id = s.customer_id\n"
                "WHEN MATCHED THEN UPDATE SET score = s.score"
            ),
            Sql(
                "CREATE MODEL prod_sales.churn\n"
                "OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['churned']) AS\n"
                "SELECT * FROM prod_sales.customers"
            ),
        ),
        expected=Account(refusals=("duplicate",), registry=(_CHURN, _REVENUE)),
    ),
    Act(
        title="The registered model changes in another way: nothing new to tell",
        steps=(Labels("prod_sales.churn", {"cost_center": "4711"}),),
        expected=Account(
            decisions=frozenset({("prod_sales.churn", "RULE_MATCHED")}),
            registry=(_CHURN, _REVENUE),
        ),
    ),
)
