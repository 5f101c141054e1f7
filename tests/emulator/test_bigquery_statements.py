"""DDL of models, run as query jobs by the official client."""

from datetime import UTC, datetime

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from tests.emulator.bigquery_server import LINEAR, REGISTERED, run


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("LINEAR_REG", "LINEAR_REGRESSION"),
        ("logistic_reg", "LOGISTIC_REGRESSION"),
        ("KMEANS", "KMEANS"),
        ("BOOSTED_TREE_CLASSIFIER", "BOOSTED_TREE_CLASSIFIER"),
        ("ARIMA_PLUS", "ARIMA_PLUS"),
    ],
)
def test_the_model_type_option_becomes_the_rest_type(client, option: str, expected: str) -> None:
    run(client, f"CREATE MODEL sales.m OPTIONS(model_type='{option}') AS SELECT 1 AS label")

    assert client.get_model("sales.m").model_type == expected


@pytest.mark.parametrize("kind", ["TENSORFLOW", "XGBOOST", "ONNX"])
def test_an_imported_model_keeps_its_path(client, kind: str) -> None:
    run(client, f"CREATE MODEL sales.m OPTIONS(model_type='{kind}', model_path='gs://b/m')")
    model = client.get_model("sales.m")

    assert model.model_type == kind
    assert model.training_runs[0]["trainingOptions"]["modelUri"] == "gs://b/m"


def test_a_model_type_that_nobody_knows_is_refused(client) -> None:
    with pytest.raises(exceptions.BadRequest):
        run(client, "CREATE MODEL sales.m OPTIONS(model_type='oracle') AS SELECT 1 AS label")


def test_the_model_is_the_destination_of_its_job(client) -> None:
    job = run(client, f"CREATE MODEL sales.m {LINEAR}")

    assert (job.statement_type, job.ddl_operation_performed) == ("CREATE_MODEL", "CREATE")
    assert str(job.destination) == "shop.sales.m"


@pytest.mark.parametrize(("named", "expected"), [(False, None), (True, "shop.sales.m")])
def test_whether_a_drop_names_the_model_is_a_setting(server, client, named, expected) -> None:
    server.set(drop_job_names_model=named)
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    job = run(client, "DROP MODEL sales.m")

    assert (job.statement_type, job.ddl_operation_performed) == ("DROP_MODEL", "DROP")
    assert (str(job.destination) if job.destination else None) == expected


@pytest.mark.parametrize(
    ("sql", "error", "text"),
    [
        ("CREATE MODEL no.m " + LINEAR, exceptions.NotFound, "Not found: Dataset shop:no was not found in location US"),
        ("CREATE MODEL sales.m " + LINEAR, exceptions.Conflict, "Already Exists: Model shop:sales.m"),
        ("ALTER MODEL sales.x SET OPTIONS(description='x')", exceptions.NotFound, "Not found: Model shop:sales.x"),
        ("DROP MODEL sales.x", exceptions.NotFound, "Not found: Model shop:sales.x"),
        ("SELECT * FROM ML.PREDICT(MODEL sales.x, (SELECT 1))", exceptions.NotFound, "Not found: Model shop:sales.x"),
        ("CREATE MODEL", exceptions.BadRequest, "Syntax error"),
        ("ALTER MODEL sales.m SET OPTIONS(deploy_model=false)", exceptions.MethodNotImplemented, "deploy_model"),
    ],
    ids=["dataset", "duplicate", "alter", "drop", "predict", "syntax", "deploy_model"],
)  # fmt: skip
def test_a_statement_that_fails_says_why(client, sql: str, error: type, text: str) -> None:
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    job = client.query(sql, job_retry=None)

    with pytest.raises(error, match=text):
        job.result(retry=None)
    assert text in job.error_result["message"]
    assert job.error_result["location"] == "query"


@pytest.mark.parametrize(
    "sql",
    [
        f"CREATE MODEL IF NOT EXISTS sales.m {LINEAR}",
        "DROP MODEL IF EXISTS sales.x",
        "ALTER MODEL IF EXISTS sales.x SET OPTIONS(description='x')",
    ],
    ids=["create", "drop", "alter"],
)
def test_a_statement_with_nothing_to_do_is_skipped(server, client, sql: str) -> None:
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    server.clear_entries()

    assert run(client, sql).ddl_operation_performed == "SKIP"
    assert server.events() == ["jobInsertion", "jobChange"]


def test_a_model_in_another_location_is_not_found(server) -> None:
    client = server.client(location="EU")
    server.client().create_dataset(bigquery.Dataset("shop.sales"))

    with pytest.raises(exceptions.NotFound, match="was not found in location EU"):
        run(client, f"CREATE MODEL sales.m {LINEAR}")


def test_a_new_model_is_registered_when_its_job_is_done(server, client) -> None:
    server.set(registration_latency=60.0)
    aliases = "vertex_ai_model_version_aliases=['gold', 'v-one']"
    options = f"model_registry='VERTEX_AI', vertex_ai_model_id='churn_id', {aliases}"
    run(client, f"CREATE MODEL sales.m OPTIONS(model_type='kmeans', {options}) AS SELECT 1 AS x")
    training = client.get_model("sales.m").training_runs[0]

    assert training["vertexAiModelVersion"] == "1"
    assert training["trainingOptions"]["modelRegistry"] == "VERTEX_AI"
    assert training["trainingOptions"]["vertexAiModelVersionAliases"] == ["gold", "v-one"]
    assert server.versions("churn_id") == [1]


def test_the_default_id_is_the_models_name_and_must_meet_the_rule(server, client) -> None:
    run(client, f"CREATE MODEL sales.churn {REGISTERED}")

    assert server.versions("churn") == [1]
    with pytest.raises(exceptions.BadRequest):
        run(client, f"CREATE MODEL sales.Churn {REGISTERED}")
    assert [model.model_id for model in client.list_models("sales")] == ["churn"]


def test_labels_of_create_options_count_only_by_setting(server, client) -> None:
    options = "OPTIONS(model_type='kmeans', labels=[('team', 'ml')]) AS SELECT 1 AS x"
    run(client, f"CREATE MODEL sales.ignored {options}")
    server.set(create_options_set_labels=True)
    run(client, f"CREATE MODEL sales.taken {options}")

    assert client.get_model("sales.ignored").labels == {}
    assert client.get_model("sales.taken").labels == {"team": "ml"}


def test_labels_may_be_the_old_name_of_the_label_columns(server, client) -> None:
    server.set(create_options_set_labels=True)
    run(
        client,
        "CREATE MODEL sales.m OPTIONS(model_type='linear_reg', labels=['y']) AS SELECT 1 AS y",
    )
    model = client.get_model("sales.m")

    assert model.labels == {}
    assert [column.name for column in model.label_columns] == ["y"]


def test_alter_replaces_the_whole_map_of_labels(client) -> None:
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    run(client, "ALTER MODEL sales.m SET OPTIONS(labels=[('a', '1'), ('b', '2')])")
    run(client, "ALTER MODEL sales.m SET OPTIONS(labels=[('b', '3')], description='d')")
    model = client.get_model("sales.m")

    assert (model.labels, model.description) == ({"b": "3"}, "d")


def test_alter_registers_like_a_patch(server, client) -> None:
    server.set(registration_latency=30.0)
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    job = run(client, "ALTER MODEL sales.m SET OPTIONS(vertex_ai_model_id='m_id')")

    assert job.ddl_operation_performed == "ALTER"
    assert "vertexAiModelVersion" not in client.get_model("sales.m").training_runs[0]
    server.env.clock.advance(30)
    server.await_that(lambda: server.versions("m_id") == [1])


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("TIMESTAMP '2040-01-01 00:00:00 UTC'", None),
        ("'2040-01-01'", None),
        ("TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)", 168),
    ],
    ids=["literal", "string", "relative"],
)
def test_alter_sets_an_expiration(client, expression: str, hours: int | None) -> None:
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    run(client, f"ALTER MODEL sales.m SET OPTIONS(expiration_timestamp={expression})")
    expires = client.get_model("sales.m").expires

    if hours is None:
        assert expires == datetime(2040, 1, 1, tzinfo=UTC)
    else:
        assert (expires - datetime.now(UTC)).total_seconds() == pytest.approx(hours * 3600, abs=60)


def test_a_replaced_model_begins_anew(server, client) -> None:
    run(
        client,
        f"CREATE MODEL sales.other {REGISTERED}".replace(
            "model_registry", "vertex_ai_model_id='m', model_registry"
        ),
    )
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    run(client, "ALTER MODEL sales.m SET OPTIONS(labels=[('team', 'ml')])")
    old = client.get_model("sales.m")
    job = run(client, f"CREATE OR REPLACE MODEL sales.m {REGISTERED}")
    new = client.get_model("sales.m")

    assert job.ddl_operation_performed == "REPLACE"
    assert new.created > old.created
    assert new.labels == {}
    assert new.training_runs[0]["vertexAiModelVersion"] == "3"
    assert server.versions("m") == [1, 3]


@pytest.mark.parametrize("survive", [False, True])
def test_whether_labels_survive_a_replace_is_a_setting(server, client, survive: bool) -> None:
    server.set(labels_survive_replace=survive)
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    run(client, "ALTER MODEL sales.m SET OPTIONS(labels=[('team', 'ml')])")
    run(client, f"CREATE OR REPLACE MODEL sales.m {LINEAR}")

    assert client.get_model("sales.m").labels == ({"team": "ml"} if survive else {})


@pytest.mark.parametrize(("registers", "versions"), [(False, [1]), (True, [1, 3])])
def test_whether_a_replace_without_options_registers_is_a_setting(
    server, client, registers: bool, versions: list[int]
) -> None:
    server.set(replace_without_options_registers=registers)
    for name in ("other", "m"):
        run(client, f"CREATE MODEL sales.{name} {LINEAR}")
        run(client, f"ALTER MODEL sales.{name} SET OPTIONS(vertex_ai_model_id='shared')")
    run(client, f"CREATE OR REPLACE MODEL sales.m {LINEAR}")

    assert server.versions("shared") == versions
    assert ("vertexAiModelId" in client.get_model("sales.m").training_runs[0]) == registers


@pytest.mark.parametrize(
    "sql", ["DROP MODEL sales.m", f"CREATE OR REPLACE MODEL sales.m {REGISTERED}"]
)
def test_a_deployed_model_is_neither_dropped_nor_replaced(server, client, sql: str) -> None:
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    server.deploy("m")
    before = client.get_model("sales.m")
    server.clear_entries()
    refused = (
        "Model Registry failed: com.google.cloud.ai.platform.common.errors.AiPlatformException: "
        "code=FAILED_PRECONDITION, message=The Model is deployed or being deployed at the following "
        "Endpoint(s): projects/123456789012/locations/us-central1/endpoints/42. "
        "Please undeploy the model before retry., cause=null"
    )
    job = client.query(sql)

    with pytest.raises(exceptions.BadRequest, match="Model Registry failed"):
        job.result()
    assert job.error_result == {"reason": "invalid", "message": refused, "location": "query"}
    assert client.get_model("sales.m").etag == before.etag
    assert server.events() == ["jobInsertion", "jobChange"]
