"""The SQL reader of the local BigQuery: text in, typed statements or BigQuery's own complaint out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.bigquery.sql import (
    AlterModel,
    Column,
    CreateModel,
    CreateSchema,
    DatasetPath,
    DropModel,
    DropSchema,
    ModelPath,
    Other,
    Query,
    SetQueryLabel,
    SqlText,
    Statement,
    Steering,
    parse_script,
)
from emulator.bigquery.sql.options import ALTER_MODEL, CREATE_MODEL

M = ModelPath("proj", "d", "m")
KMEANS = "OPTIONS(model_type='KMEANS')"


def read(sql: str) -> Any:
    (statement,) = script(sql)
    return statement


def script(sql: str, dataset: str | None = "def") -> list[Statement]:
    return parse_script(sql, project="proj", dataset=dataset)


def create(options: str, query: str = "AS SELECT 1 AS x") -> CreateModel:
    statement = read(f"CREATE MODEL d.m OPTIONS(model_type='KMEANS', {options}) {query}")
    assert isinstance(statement, CreateModel)
    return statement


NAMES = {
    "quoted whole": ("`my-proj.d.M_1`", ModelPath("my-proj", "d", "M_1")),
    "quoted in parts": ("`my-proj`.`d`.`m`", ModelPath("my-proj", "d", "m")),
    "quoted partly": ("`my-proj`.d.m", ModelPath("my-proj", "d", "m")),
    "quoted project and dataset": ("`my-proj.d`.m", ModelPath("my-proj", "d", "m")),
    "bare with dashes": ("my-proj-2.d.m", ModelPath("my-proj-2", "d", "m")),
    "dash and number": ("p-1.d.m", ModelPath("p-1", "d", "m")),
    "domain-scoped project": (
        "`example.com:my-proj.d.m`",
        ModelPath("example.com:my-proj", "d", "m"),
    ),
    "dataset and model": ("d.m", M),
    "model alone": ("m", ModelPath("proj", "def", "m")),
    "case kept": ("D.MyModel", ModelPath("proj", "D", "MyModel")),
    "digits first": ("d.123m", ModelPath("proj", "d", "123m")),
    "a keyword of sqlglot": ("d.model", ModelPath("proj", "d", "model")),
    "letters of any script": ("d.`größe`", ModelPath("proj", "d", "größe")),
    "marks": ("d.`ग्राहक`", ModelPath("proj", "d", "ग्राहक")),
    "a decomposed letter": ("d.`mode\u0300le`", ModelPath("proj", "d", "mode\u0300le")),
    "spaces and dashes": ("`d.my model-1`", ModelPath("proj", "d", "my model-1")),
    "an escape": ("d.`caf\\u00e9`", ModelPath("proj", "d", "café")),
}


@pytest.mark.parametrize(("written", "path"), NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(
    "form",
    [
        f"CREATE OR REPLACE MODEL {{}} {KMEANS} AS SELECT 1",
        "ALTER MODEL {} SET OPTIONS()",
        "DROP MODEL IF EXISTS {}",
    ],
    ids=["create", "alter", "drop"],
)
def test_a_model_has_its_full_name_however_it_is_written(
    form: str, written: str, path: ModelPath
) -> None:
    assert read(form.format(written)).path == path


PROJECTS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
IDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
MODEL_IDS = st.text(
    st.characters(codec="utf-8", categories=["L", "M", "N", "Pc", "Pd", "Zs"]),
    min_size=1,
    max_size=12,
)


@given(PROJECTS, IDS, MODEL_IDS)
@settings(max_examples=60, deadline=None)
def test_a_quoted_name_reads_back_as_itself(project: str, dataset: str, model: str) -> None:
    path = ModelPath(project, dataset, model)
    forms = (f"`{path}`", f"`{project}`.`{dataset}`.`{model}`", f"`{project}.{dataset}`.`{model}`")

    assert [read(f"DROP MODEL {form}").path for form in forms] == [path] * 3


@given(
    st.lists(
        st.sampled_from(
            ["SELECT ';'", "DROP MODEL d.m", "/* ; */ SELECT 1 -- ;\n", 'SELECT r"""\n;"""']
        ),
        min_size=1,
    )
)
@settings(max_examples=40, deadline=None)
def test_a_script_of_n_statements_yields_n(statements: list[str]) -> None:
    assert len(script(";\n".join(statements))) == len(statements)


VALUES = {
    "string": ("kms_key_name='k'", "KMS_KEY_NAME", "k"),
    "escapes": (r"kms_key_name='a\'b\n'", "KMS_KEY_NAME", "a'b\n"),
    "raw string": (r"kms_key_name=r'\d'", "KMS_KEY_NAME", r"\d"),
    "triple quotes": ('kms_key_name="""a"b"""', "KMS_KEY_NAME", 'a"b'),
    "mixed case name": ("Num_Clusters=3", "NUM_CLUSTERS", 3),
    "quoted name": ("`num_clusters`=3", "NUM_CLUSTERS", 3),
    "negative float": ("l1_reg=-1.5", "L1_REG", -1.5),
    "exponent": ("l1_reg=1e-3", "L1_REG", 0.001),
    "integer for float": ("l1_reg=1", "L1_REG", 1),
    "bool": ("warm_start=TRUE", "WARM_START", True),
    "null": ("kms_key_name=NULL", "KMS_KEY_NAME", None),
    "array": ("hidden_units=[256, 128]", "HIDDEN_UNITS", [256, 128]),
    "tuple": ("non_seasonal_order=(1, 0, 2)", "NON_SEASONAL_ORDER", (1, 0, 2)),
    "typed array": ("input_label_cols=ARRAY<STRING>['y']", "INPUT_LABEL_COLS", ["y"]),
    "label columns": ("labels=['y']", "LABELS", ["y"]),
    "pairs": ("labels=[('a', 'b'), ('c', '')]", "LABELS", [("a", "b"), ("c", "")]),
    "structs": ("labels=[STRUCT('a', 'b')]", "LABELS", [("a", "b")]),
    "named structs": ("labels=[STRUCT('a' AS k, 'b' AS v)]", "LABELS", [("a", "b")]),
    "typed structs": ("labels=[STRUCT<STRING, STRING>('a', 'b')]", "LABELS", [("a", "b")]),
    "range": ("l1_reg=HPARAM_RANGE(0, 5)", "L1_REG", SqlText("HPARAM_RANGE(0, 5)")),
    "candidates": (
        "optimizer=hparam_candidates(['adam'])",
        "OPTIMIZER",
        SqlText("hparam_candidates(['adam'])"),
    ),
    "interval": (
        "endpoint_idle_ttl=INTERVAL 8 HOUR",
        "ENDPOINT_IDLE_TTL",
        SqlText("INTERVAL 8 HOUR"),
    ),
    "arithmetic": ("max_iterations=2 * 5", "MAX_ITERATIONS", SqlText("2 * 5")),
}


@pytest.mark.parametrize(("written", "name", "value"), VALUES.values(), ids=VALUES)
def test_an_option_has_the_value_that_its_literal_means(
    written: str, name: str, value: Any
) -> None:
    found = create(written).options[name]

    assert (found, type(found)) == (value, type(value))


def test_create_model_tells_of_all_its_clauses() -> None:
    sql = (
        "CREATE OR REPLACE MODEL `p.d.m`\n"
        "TRANSFORM(* EXCEPT(a), ML.QUANTILE_BUCKETIZE(b, 3) OVER() AS c)\n"
        "OPTIONS(MODEL_TYPE='LINEAR_REG', MODEL_REGISTRY='vertex_ai', vertex_ai_model_id='id',\n"
        "  vertex_ai_model_version_aliases=['v1'])\n"
        "AS WITH t AS (SELECT * FROM d.train) SELECT * FROM t JOIN `q.e.more` USING (x)"
    )

    assert read(f"-- first\n{sql} ;") == CreateModel(
        text=sql,
        statement_type="CREATE_MODEL",
        path=ModelPath("p", "d", "m"),
        or_replace=True,
        options={
            "MODEL_TYPE": "LINEAR_REG",
            "MODEL_REGISTRY": "vertex_ai",
            "VERTEX_AI_MODEL_ID": "id",
            "VERTEX_AI_MODEL_VERSION_ALIASES": ["v1"],
        },
        transform=True,
        has_query=True,
        training_tables=["proj.d.train", "q.e.more"],
    )


def test_a_remote_model_has_a_connection_and_columns_but_no_query() -> None:
    model = read(
        "CREATE MODEL IF NOT EXISTS d.m INPUT(f1 INT64, f2 ARRAY<FLOAT64>) OUTPUT(o STRING) "
        "REMOTE WITH CONNECTION `p.us.c` OPTIONS(ENDPOINT='https://e')"
    )

    assert (model.if_not_exists, model.remote_connection, model.has_query) == (
        True,
        "p.us.c",
        False,
    )
    assert model.input_columns == (
        Column(name="f1", type="INT64"),
        Column(name="f2", type="ARRAY<FLOAT64>"),
    )
    assert model.output_columns == (Column(name="o", type="STRING"),)


QUERIES = {
    "select": ("AS SELECT * FROM d.a", ["proj.d.a"]),
    "parentheses": ("AS (SELECT * FROM d.a)", ["proj.d.a"]),
    "union": ("AS SELECT * FROM d.a UNION ALL SELECT * FROM d.b", ["proj.d.a", "proj.d.b"]),
    "pipes": ("AS FROM d.a |> WHERE x > 1 |> SELECT x", ["proj.d.a"]),
    "arrays of a table": ("AS SELECT * FROM d.a AS t, t.list, UNNEST(t.more)", ["proj.d.a"]),
    "named queries": (
        "AS (training_data AS (SELECT * FROM d.a), custom_holiday AS (SELECT * FROM d.h))",
        ["proj.d.a", "proj.d.h"],
    ),
    "default dataset": ("AS SELECT * FROM a", ["proj.def.a"]),
    "a name of WITH hides a table": (
        "AS WITH a AS (SELECT * FROM a) SELECT * FROM A, d.a",
        ["proj.def.a", "proj.d.a"],
    ),
    "another model": ("AS SELECT * FROM ML.TRANSFORM(MODEL d.o, TABLE d.a)", ["proj.d.a"]),
}


@pytest.mark.parametrize(("query", "tables"), QUERIES.values(), ids=QUERIES)
def test_training_tables_are_those_that_the_query_reads(query: str, tables: list[str]) -> None:
    model = create("num_clusters=2", query)

    assert (model.has_query, model.training_tables) == (True, tables)


@pytest.mark.parametrize(
    "sql",
    [
        "REMOTE WITH CONNECTION DEFAULT OPTIONS(ENDPOINT='e')",
        "OPTIONS(model_type='ONNX', model_path='gs://b/*')",
    ],
    ids=["remote", "imported"],
)
def test_models_that_are_not_trained_need_no_query(sql: str) -> None:
    assert not read(f"CREATE MODEL d.m {sql}").has_query


def test_alter_and_drop_model() -> None:
    altered, dropped = script(
        "ALTER MODEL IF EXISTS d.m SET OPTIONS(vertex_ai_model_id='x', Labels=[('a','b')], "
        "expiration_timestamp=TIMESTAMP '2030-01-01 00:00:00 UTC'); DROP MODEL d.m"
    )

    assert isinstance(altered, AlterModel)
    assert (altered.path, altered.if_exists, altered.statement_type) == (M, True, "ALTER_MODEL")
    assert altered.options == {
        "VERTEX_AI_MODEL_ID": "x",
        "LABELS": [("a", "b")],
        "EXPIRATION_TIMESTAMP": SqlText("TIMESTAMP '2030-01-01 00:00:00 UTC'"),
    }
    assert dropped == DropModel(text="DROP MODEL d.m", statement_type="DROP_MODEL", path=M)


READS = {
    "predict with query": (
        "ML.PREDICT(MODEL `p-x.d.m`, (SELECT * FROM d.t), STRUCT(0.5 AS threshold))",
        ["p-x.d.m"],
        ["proj.d.t"],
    ),
    "predict with table": ("ML.PREDICT(MODEL p-x.d.m, TABLE `d.t`)", ["p-x.d.m"], ["proj.d.t"]),
    "evaluate alone": ("ML.EVALUATE(MODEL d.m)", ["proj.d.m"], []),
    "forecast": ("ML.FORECAST(MODEL m, STRUCT(3 AS horizon))", ["proj.def.m"], []),
    "generate text": ("AI.GENERATE_TEXT(MODEL d.m, (SELECT 'x' AS prompt))", ["proj.d.m"], []),
    "table functions": ("AI.FORECAST(TABLE d.t, data_col => 'x'), d.f(3)", [], ["proj.d.t"]),
    "two of one": ("ML.WEIGHTS(MODEL d.m), ML.FEATURE_INFO(MODEL d.m)", ["proj.d.m"], []),
    "views on metadata": (
        "`region-us`.INFORMATION_SCHEMA.JOBS",
        [],
        ["proj.region-us.INFORMATION_SCHEMA.JOBS"],
    ),
}


@pytest.mark.parametrize(("source", "models", "tables"), READS.values(), ids=READS)
def test_a_query_tells_which_models_and_tables_it_reads(
    source: str, models: list[str], tables: list[str]
) -> None:
    query = read(f"SELECT model, COUNT(model) FROM {source} GROUP BY model")

    assert isinstance(query, Query)
    assert ([str(path) for path in query.models_read], query.tables_read, query.statement_type) == (
        models,
        tables,
        "SELECT",
    )


TYPES = {
    "INSERT INTO d.t (a) SELECT a FROM d.s": ("INSERT", "proj.d.t", ["proj.d.s"]),
    "UPDATE d.t SET a = 1 WHERE TRUE": ("UPDATE", "proj.d.t", []),
    "DELETE FROM d.t WHERE TRUE": ("DELETE", "proj.d.t", []),
    "MERGE d.t USING d.s ON t.a = s.a WHEN MATCHED THEN DELETE": (
        "MERGE",
        "proj.d.t",
        ["proj.d.s"],
    ),
    "TRUNCATE TABLE d.t": ("TRUNCATE_TABLE", "proj.d.t", []),
    "CREATE TABLE d.t (x INT64)": ("CREATE_TABLE", "proj.d.t", []),
    "CREATE OR REPLACE TABLE d.t AS SELECT * FROM ML.PREDICT(MODEL d.m, TABLE d.s)": (
        "CREATE_TABLE_AS_SELECT",
        "proj.d.t",
        ["proj.d.s"],
    ),
    "CREATE TABLE d.t LIKE d.s": ("CREATE_TABLE", "proj.d.t", ["proj.d.s"]),
    "CREATE VIEW d.v AS SELECT * FROM d.s": ("CREATE_VIEW", "proj.d.v", ["proj.d.s"]),
    "CREATE MATERIALIZED VIEW d.v AS SELECT 1 AS x": ("CREATE_MATERIALIZED_VIEW", "proj.d.v", []),
    "CREATE TEMP FUNCTION f(x INT64) AS (x + 1)": ("CREATE_FUNCTION", None, []),
    "DROP TABLE IF EXISTS d.t": ("DROP_TABLE", "proj.d.t", []),
    "ALTER TABLE d.t ADD COLUMN x INT64": ("ALTER_TABLE", "proj.d.t", []),
    "EXPORT DATA OPTIONS(uri='gs://b/*', format='CSV') AS SELECT * FROM d.s": (
        "EXPORT_DATA",
        None,
        ["proj.d.s"],
    ),
    "EXPORT MODEL d.m OPTIONS(uri='gs://b/')": ("EXPORT_MODEL", None, []),
    "BEGIN TRANSACTION": ("BEGIN_TRANSACTION", None, []),
    "COMMIT": ("COMMIT_TRANSACTION", None, []),
}


@pytest.mark.parametrize(("sql", "expected"), TYPES.items(), ids=TYPES)
def test_other_statements_have_the_type_that_jobs_show(
    sql: str, expected: tuple[str, str | None, list[str]]
) -> None:
    other = read(sql)

    assert isinstance(other, Other)
    assert (other.statement_type, other.target, other.tables_read) == expected


STEERING = {
    "DECLARE x INT64 DEFAULT 1": None,
    "DECLARE x DEFAULT (SELECT MAX(a) FROM d.t)": ["proj.d.t"],
    "SET x = 5": None,
    "SET x = (SELECT 5)": [],
    "SET (a, b) = (SELECT AS STRUCT x, y FROM d.t)": ["proj.d.t"],
}


@pytest.mark.parametrize(("sql", "tables"), STEERING.items(), ids=STEERING)
def test_what_steers_a_script_tells_of_the_queries_in_it(
    sql: str, tables: list[str] | None
) -> None:
    statement = read(sql)

    assert isinstance(statement, Steering)
    assert statement.statement_type == "SCRIPT"
    assert (statement.query.tables_read if statement.query else None) == tables


def test_the_ddl_of_datasets_is_read_with_its_clauses() -> None:
    made, dropped = script(
        "CREATE SCHEMA IF NOT EXISTS d OPTIONS(location='EU', labels=[('a', 'b')]); DROP SCHEMA p.d CASCADE"
    )

    assert made == CreateSchema(
        text=made.text,
        statement_type="CREATE_SCHEMA",
        path=DatasetPath("proj", "d"),
        if_not_exists=True,
        options={"LOCATION": "EU", "LABELS": [("a", "b")]},
    )
    assert dropped == DropSchema(
        text=dropped.text,
        statement_type="DROP_SCHEMA",
        path=DatasetPath("p", "d"),
        cascade=True,
    )


LABELS = {"'a:b'": {"a": "b"}, '"team:ml,stage:"': {"team": "ml", "stage": ""}, "''": {}}


@pytest.mark.parametrize(("written", "labels"), LABELS.items(), ids=LABELS)
def test_set_query_label_gives_job_labels(written: str, labels: dict[str, str]) -> None:
    sql = f"SET @@query_label = {written}"

    assert read(sql) == SetQueryLabel(text=sql, statement_type="SCRIPT", labels=labels)


def test_blocks_are_flattened_and_temporary_tables_have_no_dataset() -> None:
    statements = script(
        "DECLARE n INT64; BEGIN CREATE TEMP TABLE x AS SELECT * FROM d.t; BEGIN SELECT 'END;'; END; END;"
        f"CREATE MODEL d.m {KMEANS} AS SELECT * FROM x, d.u; BEGIN; COMMIT -- ;",
        dataset=None,
    )

    assert [statement.statement_type for statement in statements] == [
        *(
            "SCRIPT",
            "CREATE_TABLE_AS_SELECT",
            "SELECT",
            "CREATE_MODEL",
            "BEGIN_TRANSACTION",
            "COMMIT_TRANSACTION",
        ),
    ]
    assert statements[3].training_tables == ["proj.d.u"]  # type: ignore[attr-defined]


def test_the_option_tables_hold_the_names_that_registration_needs() -> None:
    assert {
        "MODEL_REGISTRY",
        "VERTEX_AI_MODEL_ID",
        "VERTEX_AI_MODEL_VERSION_ALIASES",
        "LABELS",
    } <= set(CREATE_MODEL)
    assert "VERTEX_AI_MODEL_VERSION_ALIASES" not in ALTER_MODEL
    assert all(name == name.upper() for name in [*CREATE_MODEL, *ALTER_MODEL])
