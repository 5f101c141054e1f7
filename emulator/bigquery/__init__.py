"""BigQuery: REST v2 over datasets, models and jobs; DDL of BigQuery ML."""
