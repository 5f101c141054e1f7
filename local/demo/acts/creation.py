"""The first half of the day: models come into being, and are registered or not."""

from __future__ import annotations

from local.demo.act import PRODUCTION, Act, decided, registered, version
from local.people.expectations import Account, Told
from local.people.steps import Labels, NewDataset, Sql

CHURN = version("prod_sales-churn@1", "default", "prod")
REVENUE = version("prod_sales-revenue@1", "champion", "default")

CREATION = (
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
        expected=Account(decisions=decided("prod_sales.churn", "NO_RULE_MATCHED")),
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
            decisions=decided("prod_sales.churn", "RULE_MATCHED", "OWN_ECHO"),
            registry=(CHURN,),
            events=registered("prod_sales.churn", "prod_sales-churn@1", "prod"),
        ),
    ),
    Act(
        title="A pipeline labels its job: registered at creation",
        steps=(
            Sql(
                "CREATE OR REPLACE MODEL prod_sales.revenue\n"
                "OPTIONS (model_type = 'BOOSTED_TREE_REGRESSOR', input_label_cols = ['revenue']) AS\n"
                "SELECT * EXCEPT (customer_id) FROM prod_sales.orders",
                job_labels={**PRODUCTION, "stage": "champion"},
            ),
        ),
        expected=Account(
            decisions=decided("prod_sales.revenue", "RULE_MATCHED", "OWN_ECHO"),
            registry=(CHURN, REVENUE),
            events=registered("prod_sales.revenue", "prod_sales-revenue@1", "champion"),
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
            Labels("scratch.segments", PRODUCTION),
        ),
        expected=Account(
            decisions=decided("scratch.segments", "NO_RULE_MATCHED"),
            registry=(CHURN, REVENUE),
        ),
    ),
    Act(
        title="A remote model with the label: rejected, and the reason told",
        steps=(
            Sql(
                "CREATE MODEL prod_sales.assistant REMOTE WITH CONNECTION `us.vertex`\n"
                "OPTIONS (endpoint = 'gemini-2.5-flash')",
                job_labels=PRODUCTION,
            ),
        ),
        expected=Account(
            decisions=decided("prod_sales.assistant", "REMOTE_MODEL"),
            registry=(CHURN, REVENUE),
            events=(Told("model.v1.rejected", "prod_sales.assistant", reason="REMOTE_MODEL"),),
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
        expected=Account(refusals=("duplicate",), registry=(CHURN, REVENUE)),
    ),
    Act(
        title="The registered model changes in another way: nothing new to tell",
        steps=(Labels("prod_sales.churn", {"cost_center": "4711"}),),
        expected=Account(
            decisions=decided("prod_sales.churn", "RULE_MATCHED"),
            registry=(CHURN, REVENUE),
        ),
    ),
)
