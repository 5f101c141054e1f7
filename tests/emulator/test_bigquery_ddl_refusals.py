"""What the SQL reader of the local BigQuery refuses, and how it words it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emulator.bigquery.sql import parse_script
from emulator.errors import ServiceError

KMEANS = "OPTIONS(model_type='KMEANS')"


def refused(sql: str) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        parse_script(sql, project="proj")
    return caught.value


SYNTAX = {
    "": "Unexpected end of script at [1:1]",
    "-- only this": "Unexpected end of script at [1:13]",
    "SELECT x FROM WHERE": "Unexpected keyword WHERE at [1:15]",
    "SELECT (": "Unexpected end of script at [1:9]",
    "SELECT 1 +;": 'Unexpected ";" at [1:11]',
    "SELECT 1;; SELECT 2": 'Unexpected ";" at [1:10]',
    "SELECT 1;\n  SELEC 2": 'Unexpected integer literal "2" at [2:9]',
    "foo": 'Unexpected identifier "foo" at [1:1]',
    "SELECT 'abc": "Unclosed string literal at [1:8]",
    "SELECT 1,\n`abc": "Unclosed identifier literal at [2:1]",
    "SELECT '''abc'": "Unclosed triple-quoted string literal at [1:8]",
    "SELECT 1 /* abc": "Unclosed comment at [1:10]",
    "BEGIN SELECT 1;": "Expected keyword END but got end of script at [1:16]",
    "SELECT 1; END": "Unexpected keyword END at [1:11]",
    "CREATE OR REPLACE MODEL d.m MODEL_TYPE='KMEANS', NUM_CLUSTERS=3 AS SELECT 1": 'Unexpected identifier "MODEL_TYPE" at [1:29]',
    "CREATE MODEL 'd.m' OPTIONS() AS SELECT 1": "Unexpected string literal 'd.m' at [1:14]",
    f"CREATE MODEL d.m AS SELECT 1 {KMEANS}": 'Unexpected "(" at [1:37]',
    "CREATE MODEL d.m OPTIONS(model_type='KMEANS',) AS SELECT 1": 'Unexpected ")" at [1:46]',
    "CREATE MODEL d.m OPTIONS(model_type 'KMEANS')": "Expected \"=\" but got string literal 'KMEANS' at [1:37]",
    "CREATE MODEL d.m OPTIONS('model_type'='KMEANS')": "Unexpected string literal 'model_type' at [1:26]",
    f"CREATE MODEL d.m {KMEANS} AS d.t": 'Unexpected identifier "d" at [1:50]',
    f"CREATE MODEL d.m {KMEANS} AS (training_data AS (SELECT 1), x AS (SELECT 2))": 'Unexpected identifier "x" at [1:80]',
    "CREATE MODEL d.m REMOTE OPTIONS(endpoint='e')": 'Expected keyword WITH but got identifier "OPTIONS" at [1:25]',
    "ALTER MODEL d.m": "Expected keyword SET but got end of script at [1:16]",
    "DROP MODEL d.m CASCADE": 'Unexpected identifier "CASCADE" at [1:16]',
}


@pytest.mark.parametrize(("sql", "text"), SYNTAX.items(), ids=SYNTAX)
def test_a_syntax_error_tells_what_was_met_and_where(sql: str, text: str) -> None:
    error = refused(sql)

    assert (error.message, error.reason, error.http) == (
        f"Syntax error: {text}",
        "invalidQuery",
        400,
    )


REFUSED = {
    f"CREATE OR REPLACE MODEL IF NOT EXISTS d.m {KMEANS} AS SELECT 1": r"^CREATE MODEL cannot have both OR REPLACE and IF NOT EXISTS at \[1:1\]$",
    "CREATE MODEL d.m OPTIONS(foo=1) AS SELECT 1": r"^Unknown option: foo at \[1:26\]$",
    "CREATE MODEL d.m OPTIONS(description='x') AS SELECT 1": "Unknown option: description",
    "ALTER MODEL d.m SET OPTIONS(vertex_ai_model_version_aliases=['a'])": "Unknown option: vertex_ai_model_version_aliases",
    "ALTER MODEL d.m SET OPTIONS(friendly_name='a')": "Unknown option: friendly_name",
    "ALTER MODEL d.m SET OPTIONS(labels=['a'])": r"labels value has type ARRAY<STRING> which cannot be coerced to expected type ARRAY<STRUCT",
    "ALTER MODEL d.m SET OPTIONS(deploy_model='yes')": "has type STRING which cannot be coerced to expected type BOOL",
    "ALTER MODEL d.m SET OPTIONS(description='a', DESCRIPTION='b')": "Duplicate option specified for 'DESCRIPTION'",
    "CREATE MODEL d.m OPTIONS(model_type=5) AS SELECT 1": "has type INT64 which cannot be coerced to expected type STRING",
    "CREATE MODEL d.m OPTIONS(model_type='X', labels=['a', ('b', 'c')]) AS SELECT 1": "LABELS value has type",
    "CREATE MODEL d.m OPTIONS(model_type='X', model_registry='other') AS SELECT 1": "MODEL_REGISTRY",
    "CREATE MODEL d.m OPTIONS(model_type='X', vertex_ai_model_id='a') AS SELECT 1": "VERTEX_AI_MODEL_ID requires MODEL_REGISTRY",
    "CREATE MODEL d.m OPTIONS(model_type='X', vertex_ai_model_version_aliases=['a']) AS SELECT 1": "VERSION_ALIASES requires MODEL_REGISTRY",
    f"CREATE MODEL d.m {KMEANS}": "needs a query",
    "CREATE MODEL d.m OPTIONS(max_iterations=2) AS SELECT 1": "needs the option MODEL_TYPE",
    "CREATE MODEL d.m OPTIONS(model_type='ONNX', model_path='gs://b') AS SELECT 1": "takes no query",
    "DROP MODEL m": r'^Model "m" must be qualified with a dataset',
    "DROP MODEL `p.d.m.x`": "Invalid model name",
    "DROP MODEL d.`my+model`": 'Invalid model ID "my\\+model"',
    "DROP MODEL d.my-model": 'Syntax error: Unexpected "-"',
    "DROP MODEL d.`my\tmodel`": "Invalid model ID",
    f"DROP MODEL d.`{'ग' * 342}`": "at most 1024 characters",
    f"DROP MODEL d.{'m' * 1025}": "at most 1024 characters",
    "DROP MODEL `my-dataset`.m": 'Invalid dataset ID "my-dataset"',
    "DROP MODEL `p$.d.m`": "Invalid project ID 'p\\$'",
    "DROP MODEL @m": "Expected the name",
    "SELECT * FROM t": r'^Table "t" must be qualified with a dataset \(e.g. dataset.table\).$',
    "SELECT * FROM ML.EVALUATE(MODEL m)": 'Model "m" must be qualified',
    "SET @@query_label = 'ab'": "Invalid value 'ab' for @@query_label",
    "SET @@query_label = 'a:b,a:c'": "@@query_label",
}  # fmt: skip


@pytest.mark.parametrize(("sql", "pattern"), REFUSED.items(), ids=[sql[:80] for sql in REFUSED])
def test_what_breaks_a_rule_is_refused_with_its_reason(sql: str, pattern: str) -> None:
    error = refused(sql)

    assert error.http == 400
    assert re.search(pattern, error.message)


UNIMPLEMENTED = (
    *(
        "IF TRUE THEN SELECT 1; END IF",
        "WHILE TRUE DO SELECT 1; END WHILE",
        "CALL d.p()",
        "EXECUTE IMMEDIATE 'SELECT 1'",
    ),
    *(
        "CREATE PROCEDURE d.p() BEGIN SELECT 1; END",
        "BEGIN SELECT 1; EXCEPTION WHEN ERROR THEN SELECT 2; END",
    ),
    *(
        "ALTER SCHEMA d SET OPTIONS(location='EU')",
        "CREATE OR REPLACE SCHEMA d",
        "CREATE SCHEMA d OPTIONS(default_table_expiration_days=1+1)",
        "LOAD DATA INTO d.t FROM FILES(format='CSV', uris=['gs://b/x'])",
    ),
    *(
        "SET @@dataset_id = 'd'",
        "SET @@query_label = CONCAT('a', ':b')",
        "GRANT `roles/x` ON SCHEMA d TO 'user:a'",
    ),
    *(
        "ALTER MODEL d.m SET OPTIONS(vertex_ai_model_id=my_id)",
        "ALTER MODEL d.m SET OPTIONS(description='a' || 'b')",
    ),
)


@pytest.mark.parametrize("sql", UNIMPLEMENTED)
def test_what_cannot_be_honoured_is_refused_by_name(sql: str) -> None:
    error = refused(sql)

    assert (error.http, error.reason) == (501, "notImplemented")


def test_deep_nesting_is_refused() -> None:
    assert refused(f"SELECT {'(' * 5000}1{')' * 5000}").http == 400


SOUP = "CREATE MODEL d.m OPTIONS ( model_type = 'K' ) AS SELECT 1 ; ALTER SCHEMA DROP CASCADE /* ` BEGIN END"


@given(st.text(max_size=60) | st.lists(st.sampled_from(SOUP.split())).map(" ".join))
@example("SET @@query_label = r'a'")
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert parse_script(text, project="proj")
    except ServiceError as refusal:
        assert refusal.http in (400, 501)  # noqa: PT017 - both ends are fine
