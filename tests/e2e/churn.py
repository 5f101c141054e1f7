"""`churn` as analysts have it: its labels, the statement that replaces it, who registers it."""

from __future__ import annotations

LABELS = {"vertex": "register", "stage": "prod", "team": "growth"}
NAME = "prod_sales.churn"
REGISTRAR = "registrar@local-cloud.iam.gserviceaccount.com"
REPLACE = (
    "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg', "
    "input_label_cols=['y'], model_registry='VERTEX_AI', vertex_ai_model_id='prod_sales-churn') "
    "AS SELECT 1 AS x, 2 AS y"
)
