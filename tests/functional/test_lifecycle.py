"""What becomes of a model from its training to its end, on the entries that the local cloud writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from bqml_registrar.adapters.vertex import VertexRegistry
from bqml_registrar.names import VertexName
from bqml_registrar.resources.models import ModelVersion
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN
from tests.functional.changes import Changes
from tests.functional.topics import Topics

Logged = Callable[[], list[dict[str, Any]]]
VERTEX = VertexName(
    project="analytics-dev", region="us-central1", model_id="prod_sales-churn", version=""
)
ASKED = {"vertex": "register", "stage": "prod"}


@pytest.fixture
def changes(control: Control, topics: Topics) -> Changes:
    create_dataset("prod_sales")
    return Changes(control)


@pytest.fixture
def registry(local_cloud: Addresses) -> VertexRegistry:
    return VertexRegistry(local_cloud.vertex_grpc)


def sql(text: str, principal: str = "ana@example.com") -> None:
    a_client(principal).query(text).result(timeout=10)


def label(**labels: str | None) -> None:
    """Bo sets labels on the model; None takes one away."""
    client = a_client("bo@example.com")
    model = client.get_model("analytics-dev.prod_sales.churn")
    model.labels = {**model.labels, **labels}
    client.update_model(model, ["labels"])


def retrain(labels: dict[str, str] | None = None, options: str = "") -> None:
    """CREATE OR REPLACE MODEL, with labels on the job."""
    from google.cloud import bigquery  # noqa: PLC0415

    text = (
        "CREATE OR REPLACE MODEL prod_sales.churn "
        f"OPTIONS(model_type='linear_reg', input_label_cols=['y']{options}) AS SELECT 1 AS x, 2 AS y"
    )
    config = bigquery.QueryJobConfig(labels=ASKED if labels is None else labels)
    a_client().query(text, job_config=config).result(timeout=10)


def types(topics: Topics) -> list[str]:
    """What was announced since the last look, without the prefix."""
    messages = topics.pull("events")
    return [m.attributes["ce-type"].removeprefix("bqml.registrar.") for m in messages]


def version(registry: VertexRegistry, number: str, model_id: str = "") -> ModelVersion:
    name = replace(VERTEX, model_id=model_id or VERTEX.model_id)
    found = registry.get(name.at(number))
    assert found is not None
    return found


@pytest.fixture
def registered(changes: Changes, function: FlaskClient, topics: Topics) -> None:
    """`churn`, registered and announced."""
    train(CHURN, labels=ASKED)
    changes.deliver(function)
    topics.pull("events")


def test_a_training_is_registered_and_announced_once_whatever_its_entries_and_copies(
    changes: Changes, function: FlaskClient, topics: Topics
) -> None:
    train(CHURN, labels=ASKED)

    statuses = changes.deliver(function)

    assert len(statuses) > 2
    assert set(statuses) == {200}
    assert types(topics) == ["model.v1.registered", "alias.v1.assigned"]


@pytest.mark.parametrize("method", ["INSERT", "QUERY"], ids=["jobs.insert", "jobs.query"])
def test_a_training_by_either_method_is_registered(
    method: str, changes: Changes, function: FlaskClient, topics: Topics
) -> None:
    text = "CREATE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
    a_client().query(text, api_method=method).result(timeout=10)
    label(**ASKED)

    changes.deliver(function)

    assert types(topics) == ["model.v1.registered", "alias.v1.assigned"]


def test_a_model_trained_by_a_script_is_decided_by_the_labels_of_the_script(
    changes: Changes, function: FlaskClient, topics: Topics, registry: VertexRegistry
) -> None:
    sql(
        "SET @@query_label = 'vertex:register,stage:prod';"
        "CREATE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label;"
        "SELECT 1"
    )

    changes.deliver(function)

    assert types(topics) == ["model.v1.registered", "alias.v1.assigned"]
    assert version(registry, "1").description == "Trained by ana@example.com"


def test_the_origin_is_the_same_from_creation_from_a_later_patch_and_after_a_lost_event(
    changes: Changes, function: FlaskClient, topics: Topics, registry: VertexRegistry
) -> None:
    heard, patched, lost = (replace(CHURN, model=name) for name in ("heard", "patched", "lost"))
    for name in (heard, patched, lost):
        train(name, labels=ASKED, principal="pipeline@example.com")
    entries = [json.loads(entry) for entry in changes.take()]
    creations = [
        entry
        for entry in entries
        if "modelCreation" in str(entry)
        and any(str(name) in str(entry) for name in (heard, patched))
    ]
    client = a_client("bo@example.com")
    for name in (patched, lost):
        model = client.get_model(f"{name.project}.{name.dataset}.{name.model}")
        model.labels = {"touched": "yes"}
        client.update_model(model, ["labels"])
    by_bo = [json.loads(entry) for entry in changes.take()]

    for entry in (*creations, *by_bo):
        function.post("/", data=json.dumps(_pushed(entry)), content_type="application/json")

    described = {
        name.model: version(registry, "1", f"prod_sales-{name.model}").description
        for name in (heard, patched, lost)
    }
    assert set(described.values()) == {"Trained by pipeline@example.com"}


def _pushed(entry: dict[str, Any]) -> dict[str, Any]:
    import base64  # noqa: PLC0415

    data = base64.b64encode(json.dumps(entry).encode()).decode()
    return {"message": {"data": data, "messageId": "1"}, "subscription": "s"}


def test_a_label_set_later_registers(
    changes: Changes, function: FlaskClient, topics: Topics
) -> None:
    train(CHURN)
    changes.deliver(function)
    before = types(topics)
    label(**ASKED)

    changes.deliver(function)

    assert before == []
    assert types(topics) == ["model.v1.registered", "alias.v1.assigned"]


@pytest.mark.usefixtures("registered")
def test_a_changed_stage_moves_the_version_to_its_new_alias(
    changes: Changes, function: FlaskClient, topics: Topics, registry: VertexRegistry
) -> None:
    label(stage="champion")

    changes.deliver(function)

    assert set(version(registry, "1").aliases) == {"default", "champion"}
    assert types(topics) == ["alias.v1.assigned", "alias.v1.removed"]


def test_a_label_taken_away_is_told_once_and_the_model_stays_registered(
    changes: Changes, function: FlaskClient, topics: Topics, registry: VertexRegistry
) -> None:
    train(CHURN)
    label(**ASKED)
    changes.deliver(function)
    topics.pull("events")
    label(vertex=None)

    changes.deliver(function)

    (message,) = topics.pull("events")
    assert message.attributes["ce-type"].endswith("model.v1.rejected")
    assert message.attributes["ce-reason"] == "LABEL_REMOVED"
    assert "prod" in version(registry, "1").aliases


SURVIVAL = {
    "labels and the registry's model": (True, True),
    "labels only": (True, False),
    "the registry's model only": (False, True),
    "nothing": (False, False),
}
OPTIONS = {
    "without registry options": "",
    "with registry options": ", model_registry='VERTEX_AI', vertex_ai_model_id='prod_sales-churn'",
}


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(("labels", "parents"), SURVIVAL.values(), ids=SURVIVAL)
def test_a_persons_alias_survives_a_replace_whatever_else_survives(
    labels: bool,
    parents: bool,
    options: str,
    control: Control,
    changes: Changes,
    function: FlaskClient,
    topics: Topics,
    registry: VertexRegistry,
) -> None:
    control.settings(labels_survive_replace=labels, registry_model_survives_replace=parents)
    registry.merge_aliases(version(registry, "1"), ["eu-test"])
    label(reviewed="yes")  # any event makes the registrar look, and remember
    changes.deliver(function)
    retrain(options=options)

    changes.deliver(function)

    (left,) = registry.versions(VERTEX)
    told = types(topics)
    assert {"prod", "eu-test"} <= {*left.aliases}
    # Without registry options numbering begins anew.
    assert left.name.version == ("2" if options else "1")
    assert {"alias.v1.carriedover", "model.v1.replaced"} <= {*told}
    assert "alias.v1.removed" not in told


@pytest.mark.usefixtures("registered")
def test_a_model_that_stays_registered_through_its_replace_is_taken_over(
    control: Control,
    changes: Changes,
    function: FlaskClient,
    topics: Topics,
    registry: VertexRegistry,
) -> None:
    control.settings(replace_without_options_registers=True)
    retrain()

    changes.deliver(function)

    assert "prod" in version(registry, "2").aliases
    assert types(topics) == [
        "model.v1.registered",
        "model.v1.replaced",
        "alias.v1.assigned",
    ]


ADOPTED = {
    "SQL options": lambda: train(
        CHURN, labels=ASKED, model_registry="'VERTEX_AI'", vertex_ai_model_id="'by_hand'"
    ),
    "bq update": lambda: _registered_by_patch({"vertex_ai_model_id": "by_hand"}),
    "console": lambda: _registered_by_patch({"vertexAiModelId": "by_hand"}),
    "bigframes": lambda: (
        train(CHURN, labels=ASKED),
        sql("ALTER MODEL prod_sales.churn SET OPTIONS(vertex_ai_model_id='bigframes_churn')"),
    ),
}


def _registered_by_patch(run: dict[str, str]) -> None:
    train(CHURN, labels=ASKED)
    client = a_client()
    path = "/projects/analytics-dev/datasets/prod_sales/models/churn"
    client._connection.api_request(
        method="PATCH", path=path, data={"labels": {}, "trainingRuns": [run]}
    )


@pytest.mark.parametrize("came", ADOPTED.values(), ids=ADOPTED)
def test_a_model_that_came_registered_is_adopted_under_its_own_id(
    came: Callable[[], Any],
    changes: Changes,
    function: FlaskClient,
    topics: Topics,
    registry: VertexRegistry,
) -> None:
    came()

    changes.deliver(function)

    own_id = a_client().get_model("analytics-dev.prod_sales.churn").training_runs[-1]
    bare = own_id["vertexAiModelId"].rpartition("/")[2]
    assert bare in ("by_hand", "bigframes_churn")
    assert registry.get(VERTEX) is None
    assert set(version(registry, "1", bare).aliases) == {"default", "prod"}
    assert types(topics) == ["model.v1.registered", "alias.v1.assigned"]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    "end",
    [
        lambda: sql("DROP MODEL prod_sales.churn"),
        lambda: a_client().delete_model("analytics-dev.prod_sales.churn"),
    ],
    ids=["DROP MODEL", "models.delete"],
)
def test_a_deleted_model_is_announced_once(
    end: Callable[[], Any], changes: Changes, function: FlaskClient, topics: Topics, logged: Logged
) -> None:
    logged()
    end()

    changes.deliver(function)

    assert types(topics) == ["model.v1.deleted"]
    assert {line["reason"] for line in logged()} == {"MODEL_DELETED"}


@pytest.mark.usefixtures("registered")
def test_a_model_that_expires_is_announced(
    control: Control, changes: Changes, function: FlaskClient, topics: Topics
) -> None:
    sql(
        "ALTER MODEL prod_sales.churn SET OPTIONS("
        "expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR))"
    )
    changes.deliver(function)
    topics.pull("events")
    control.advance(3700)

    changes.deliver(function)

    assert types(topics) == ["model.v1.deleted"]


def test_a_model_that_vanishes_before_it_is_read_is_skipped(
    changes: Changes, function: FlaskClient, topics: Topics, logged: Logged
) -> None:
    train(CHURN, labels=ASKED)
    created = changes.take()
    a_client().delete_model("analytics-dev.prod_sales.churn")
    changes.take()

    for entry in created:
        function.post(
            "/", data=json.dumps(_pushed(json.loads(entry))), content_type="application/json"
        )

    assert {line["reason"] for line in logged()} == {"MODEL_GONE"}
    assert topics.pull("events") == []


def test_temporary_models_wake_nobody(changes: Changes, function: FlaskClient) -> None:
    create_dataset("_f00dfacef00dfacef00dfacef00dfacef00dface")
    sql(
        "CREATE MODEL _f00dfacef00dfacef00dfacef00dfacef00dface.m OPTIONS(model_type='linear_reg') "
        "AS SELECT 1 AS label"
    )

    assert changes.deliver(function) == []


def test_a_copy_is_registered_when_something_tells_of_it_and_is_no_version_of_the_first(
    changes: Changes, function: FlaskClient, topics: Topics, registry: VertexRegistry
) -> None:
    train(CHURN, labels=ASKED)
    changes.deliver(function)
    client = a_client()
    client.copy_table("analytics-dev.prod_sales.churn", "analytics-dev.prod_sales.copy").result(
        timeout=10
    )
    changes.deliver(function)
    topics.pull("events")
    sql("ALTER MODEL prod_sales.copy SET OPTIONS(labels=[('vertex', 'register')])")

    changes.deliver(function)

    assert version(registry, "1", "prod_sales-copy").aliases == ("default",)
    assert types(topics) == ["model.v1.registered"]


@pytest.mark.parametrize(
    ("setting", "reason", "told"),
    [
        (
            {"vertex_api_disabled_projects": ["analytics-dev"]},
            "API_DISABLED",
            "aiplatform.googleapis.com",
        ),
        ({"regions_without_registry": ["US"]}, "REFUSED_BY_SERVICE", "US"),
    ],
    ids=["a project without Vertex AI", "a location without the registry"],
)
def test_where_nothing_can_be_registered_a_dead_letter_says_why(
    setting: dict[str, list[str]],
    reason: str,
    told: str,
    control: Control,
    changes: Changes,
    function: FlaskClient,
    topics: Topics,
) -> None:
    control.settings(**setting)
    train(CHURN, labels=ASKED)

    statuses = changes.deliver(function)

    letters = topics.pull("dead-letters")
    assert set(statuses) == {200}
    assert {letter.attributes["dl-reason"] for letter in letters} == {reason}
    assert told in letters[0].attributes["dl-detail"]
    assert set(types(topics)) == {"model.v1.failed"}


def test_a_model_dropped_and_made_anew_is_a_new_one(
    changes: Changes, function: FlaskClient, topics: Topics, registry: VertexRegistry
) -> None:
    train(CHURN, labels=ASKED)
    changes.deliver(function)
    registry.merge_aliases(version(registry, "1"), ["eu-test"])
    label(reviewed="yes")
    changes.deliver(function)
    topics.pull("events")
    sql("DROP MODEL prod_sales.churn")
    changes.deliver(function)
    train(CHURN, labels=ASKED)

    changes.deliver(function)

    assert types(topics) == ["model.v1.deleted", "model.v1.registered", "alias.v1.assigned"]
    assert set(version(registry, "1").aliases) == {"default", "prod"}
