"""Statements that people run, and for each entry that they write: must it come in, and where.

This table is the truth that the filters are held against. It is written from what was done, not from
what a filter asks of an entry. Of each act it names the events in the order of their writing (an entry
about a call without an event is `refused`), each with a mark:

    +   tells that a model changed, or that a CREATE MODEL ended well: wakes register_model
    !   tells that the delete of a deployed model was refused: wakes cleanup_endpoints
    -   tells of another failure
    ?   has the words of such a refusal, and is none that counts
    ~   tells of the refusal for a temporary model: may come in where it does not name that

and without a mark of anything else. Twins of the old format never come in; they are not named.
"""

from __future__ import annotations

QUERY = "jobInsertion jobChange"
FAILED = "jobInsertion jobChange-"
CREATED = "jobInsertion modelCreation+ jobChange+"
HIDDEN = "jobInsertion modelCreation jobChange"
REPLACED = "jobInsertion modelCreation+ modelDataChange+ modelMetadataChange+ jobChange+"
CHANGED = "jobInsertion modelMetadataChange+ jobChange"
DROPPED = "jobInsertion modelDeletion+ jobChange"
REFUSED = "jobInsertion jobChange!"
READ = "jobInsertion modelDataRead jobChange"
FROM_TABLE = "jobInsertion tableDataRead jobChange"
PREDICT = "SELECT * FROM ML.PREDICT(MODEL prod_sales.free, (SELECT 1 AS x))"
# Over 50 KB a query's text is cut; of characters that JSON escapes, so much makes an entry over 100
# KB, whose metadata is then truncated.
LONG = " -- " + "x" * 60_000
HUGE = " -- " + '"' * 60_000

STATEMENTS = {
    # Models.
    "CREATE MODEL prod_sales.n LINEAR": CREATED,
    "CREATE MODEL prod_sales.n REGISTERED": CREATED,
    "CREATE MODEL a_b.`_n` LINEAR": CREATED,
    "CREATE MODEL eu.N LINEAR": CREATED,
    "CREATE MODEL prod_sales.n OPTIONS(model_type='kmeans') AS SELECT * FROM prod_sales.t": (
        "jobInsertion tableDataRead modelCreation+ jobChange+"
    ),
    "CREATE MODEL IF NOT EXISTS prod_sales.n LINEAR": CREATED,
    # No entry tells that it was there already.
    "CREATE MODEL IF NOT EXISTS prod_sales.free LINEAR": "jobInsertion jobChange+",
    "CREATE MODEL prod_sales.free LINEAR": FAILED,
    "CREATE MODEL gone.n LINEAR": FAILED,
    "CREATE MODEL prod_sales.n OPTIONS(model_type='magic') AS SELECT 1 AS label": FAILED,
    "CREATE OR REPLACE MODEL prod_sales.n LINEAR": CREATED,
    "CREATE OR REPLACE MODEL prod_sales.free LINEAR": REPLACED,
    "CREATE OR REPLACE MODEL prod_sales.free REGISTERED": REPLACED,
    "ALTER MODEL prod_sales.free SET OPTIONS(labels=[('stage', 'prod')])": CHANGED,
    "ALTER MODEL prod_sales.churn SET OPTIONS(description='who leaves')": CHANGED,
    "CREATE MODEL prod_sales.n LINEAR; ALTER MODEL prod_sales.n SET OPTIONS(vertex_ai_model_id='n')": (
        f"jobInsertion {CREATED} {CHANGED} jobChange"
    ),
    "ALTER MODEL prod_sales.free SET OPTIONS(vertex_ai_model_id='other')": FAILED,
    "ALTER MODEL prod_sales.gone SET OPTIONS(description='x')": FAILED,
    "ALTER MODEL IF EXISTS prod_sales.gone SET OPTIONS(description='x')": QUERY,
    "DROP MODEL prod_sales.free": DROPPED,
    "DROP MODEL IF EXISTS prod_sales.free": DROPPED,
    "DROP MODEL IF EXISTS prod_sales.gone": QUERY,
    "DROP MODEL prod_sales.gone": FAILED,
    "EXPORT MODEL prod_sales.churn OPTIONS(uri='gs://b/m')": READ,
    "EXPORT MODEL prod_sales.gone OPTIONS(uri='gs://b/m')": FAILED,
    PREDICT: READ,
    "SELECT * FROM ML.PREDICT(MODEL prod_sales.free, TABLE prod_sales.t)": (
        "jobInsertion modelDataRead tableDataRead jobChange"
    ),
    "SELECT * FROM ML.EVALUATE(MODEL prod_sales.churn)": READ,
    "SELECT * FROM ML.PREDICT(MODEL prod_sales.gone, (SELECT 1 AS x))": FAILED,
    f"CREATE TABLE prod_sales.t AS {PREDICT}": READ,
    # Temporary models.
    "CREATE MODEL _hidden.n LINEAR": HIDDEN,
    "CREATE OR REPLACE MODEL _hidden.free LINEAR": REPLACED.replace("+", ""),
    "ALTER MODEL _hidden.free SET OPTIONS(description='x')": CHANGED.replace("+", ""),
    "DROP MODEL _hidden.free": DROPPED.replace("+", ""),
    "DROP MODEL _hidden.churn": "jobInsertion jobChange~",
    "CREATE OR REPLACE MODEL _hidden.churn LINEAR": "jobInsertion jobChange~",
    "DROP SCHEMA _hidden CASCADE": "jobInsertion jobChange~",
    # Deployed models.
    "DROP MODEL prod_sales.churn": REFUSED,
    "DROP MODEL IF EXISTS prod_sales.churn": REFUSED,
    "CREATE OR REPLACE MODEL prod_sales.churn LINEAR": REFUSED,
    "CREATE OR REPLACE MODEL prod_sales.churn REGISTERED": REFUSED,
    "DROP SCHEMA prod_sales CASCADE": REFUSED,
    "SELECT 1; DROP MODEL prod_sales.churn; SELECT 2": (
        f"jobInsertion {QUERY} {REFUSED} jobChange?"
    ),
    "SELECT 1; CREATE OR REPLACE MODEL prod_sales.churn LINEAR": (
        f"jobInsertion {QUERY} {REFUSED} jobChange?"
    ),
    # Scripts.
    "SELECT 1; SELECT 2": f"jobInsertion {QUERY} {QUERY} jobChange",
    "DECLARE x INT64 DEFAULT (SELECT 1); SET x = 2; SELECT x": (
        f"jobInsertion {QUERY} {QUERY} jobChange"
    ),
    "SET @@query_label = 'team:ml'; CREATE MODEL prod_sales.n LINEAR": (
        f"jobInsertion {CREATED} jobChange"
    ),
    "SELECT 1; DROP MODEL prod_sales.free": f"jobInsertion {QUERY} {DROPPED} jobChange",
    "CREATE MODEL prod_sales.n LINEAR; SELECT * FROM ML.WEIGHTS(MODEL prod_sales.gone)": (
        f"jobInsertion {CREATED} {FAILED} jobChange-"
    ),
    "CREATE TEMP TABLE x AS SELECT 1 AS y; SELECT * FROM x": (
        f"jobInsertion {QUERY} {QUERY} jobChange"
    ),
    "BEGIN TRANSACTION; COMMIT TRANSACTION": f"jobInsertion {QUERY} {QUERY} jobChange",
    "BEGIN TRANSACTION; ROLLBACK TRANSACTION": f"jobInsertion {QUERY} {QUERY} jobChange",
    # Everything else.
    "SELECT 1": QUERY,
    "SELECT 'Undeploy the model, it is deployed or being deployed at the following'": QUERY,
    "SELECT 'CREATE_MODEL' AS statementType": QUERY,
    "SELECT * FROM prod_sales.t": FROM_TABLE,
    "SELECT FROM": FAILED,
    "UNDEPLOY THE MODEL": FAILED,
    "CREATE TEMP FUNCTION f(x INT64) AS (x + 1); SELECT f(1)": QUERY,
    "CREATE FUNCTION prod_sales.f(x INT64) AS (x + 1)": QUERY,
    "CREATE TABLE FUNCTION prod_sales.f() AS SELECT 1 AS x": QUERY,
    "DROP FUNCTION prod_sales.f": QUERY,
    "CREATE TABLE prod_sales.free (x INT64)": QUERY,
    "CREATE TABLE prod_sales.t AS SELECT * FROM prod_sales.u": FROM_TABLE,
    "CREATE EXTERNAL TABLE prod_sales.e OPTIONS(format='CSV', uris=['gs://b/x'])": QUERY,
    "ALTER TABLE prod_sales.t SET OPTIONS(description='x')": QUERY,
    "TRUNCATE TABLE prod_sales.t": QUERY,
    "DROP TABLE prod_sales.t": QUERY,
    "DROP SNAPSHOT TABLE prod_sales.s": FAILED,  # the local cloud has none
    "CREATE VIEW prod_sales.v AS SELECT 1 AS x": QUERY,
    "ALTER VIEW prod_sales.v SET OPTIONS(description='x')": QUERY,
    "DROP VIEW prod_sales.v": QUERY,
    "CREATE MATERIALIZED VIEW prod_sales.v AS SELECT 1 AS x": QUERY,
    "DROP MATERIALIZED VIEW prod_sales.v": QUERY,
    "INSERT INTO prod_sales.t VALUES (1)": QUERY,
    "UPDATE prod_sales.t SET x = 1 WHERE TRUE": QUERY,
    "DELETE FROM prod_sales.t WHERE TRUE": QUERY,
    "MERGE prod_sales.t USING prod_sales.u ON FALSE WHEN NOT MATCHED THEN INSERT ROW": FROM_TABLE,
    "EXPORT DATA OPTIONS(uri='gs://b/*.csv', format='CSV') AS SELECT * FROM prod_sales.t": (
        FROM_TABLE
    ),
    # Datasets: of the models that go with one no entry tells.
    "CREATE SCHEMA new": "jobInsertion datasetCreation jobChange",
    "CREATE SCHEMA IF NOT EXISTS other": QUERY,
    "CREATE SCHEMA other": FAILED,
    "DROP SCHEMA empty": "jobInsertion datasetDeletion jobChange",
    "DROP SCHEMA other CASCADE": "jobInsertion datasetDeletion jobChange",
    "DROP SCHEMA other": FAILED,
    "DROP SCHEMA IF EXISTS gone": QUERY,
    "DROP SCHEMA gone": FAILED,
}
LENGTHS = {
    "cut": {
        f"CREATE MODEL prod_sales.n LINEAR{LONG}": CREATED,
        f"SELECT 1{LONG}": QUERY,
        f"DROP MODEL prod_sales.churn{LONG}": REFUSED,
    },
    "truncated": {
        f"CREATE MODEL prod_sales.n LINEAR{HUGE}": CREATED,
        f"SELECT 1{HUGE}": QUERY,
        f"DROP MODEL prod_sales.free{HUGE}": DROPPED,
        f"DROP MODEL prod_sales.churn{HUGE}": REFUSED,
        f"CREATE OR REPLACE MODEL prod_sales.churn LINEAR{HUGE}": REFUSED,
        f"SELECT 1; DROP MODEL prod_sales.churn{HUGE}": (
            f"jobInsertion {QUERY} {REFUSED} jobChange?"
        ),
    },
}
