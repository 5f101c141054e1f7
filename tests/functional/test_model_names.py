"""The functions as deployed, on models with names of any script: from CREATE MODEL to the sweep."""

from __future__ import annotations

import copy

import pytest
from msgspec.structs import replace

from local.cloud.control import Control
from tests.analyst import a_client, create_dataset
from tests.builders import CHURN
from tests.functional.cleanups import Run
from tests.functional.running import REQUESTS, SWEEPS, Running
from tests.functional.serving import Serving, is_there, refusal, sql, train_labelled

NAMES = ["ग्राहक", "mode\u0300le", "mod\u00e8le", "étudiant", "my model-1"]
UPPER = replace(CHURN, model="CHURN")
DATASET = {"project": CHURN.project, "dataset": CHURN.dataset}
SWEPT = "reconcile.v1.completed"


@pytest.fixture
def running(run: Run) -> Running:
    """The functions with the shipped policy's rule, and an empty dataset."""
    running = run()
    create_dataset("prod_sales")
    running.settle()
    return running


def swept(running: Running) -> dict[str, int]:
    """What a sweep of the dataset counted, without zeros."""
    running.publish(SWEEPS, DATASET)
    running.settle()
    (data,) = (data for kind, _, data in running.told() if kind == SWEPT)
    return {key: value for key, value in data["sweep"].items() if value and isinstance(value, int)}


def test_models_are_registered_each_under_an_id_of_its_own_and_found_by_the_sweep(
    running: Running, control: Control
) -> None:
    for model in NAMES:
        train_labelled(replace(CHURN, model=model))

    running.settle()
    told = running.told()

    registered = [data for kind, _, data in told if kind == "model.v1.registered"]
    ids = {data["version"]["model_id"] for data in registered}
    assert sorted(data["model"]["name"] for data in registered) == sorted(
        str(replace(CHURN, model=model)) for model in NAMES
    )
    assert len(ids) == len(control.state()["vertex"]["models"]) == len(NAMES)
    assert running.letters() == []
    assert swept(running) == {"models": len(NAMES), "in_order": len(NAMES)}


def test_a_name_that_cannot_be_handled_is_counted_and_has_a_line_in_the_log(
    running: Running, control: Control
) -> None:
    train_labelled()
    running.settle()
    running.told()
    state = control.state()["bigquery"]
    strange = copy.deepcopy(state["models"][0])
    strange["modelReference"]["modelId"] = "a+b"
    control.put_state(bigquery={**state, "models": [*state["models"], strange]})

    counts = swept(running)

    assert counts == {"models": 2, "in_order": 1, "unreadable": 1}
    assert [(line["reason"], line["severity"]) for line in running.failures] == [
        ("NAME_NOT_ALLOWED", "WARNING")
    ]
    assert "'a+b'" in running.failures[0]["detail"]


def test_a_refused_drop_of_a_model_in_quotes_is_explained(
    running: Running, serving: Serving
) -> None:
    name = replace(CHURN, model="my_ग्राहक")
    sql(
        f"CREATE MODEL prod_sales.`{name.model}` OPTIONS(model_type='linear_reg', "
        "model_registry='VERTEX_AI', vertex_ai_model_id='prod_sales-quoted') AS SELECT 1 AS label"
    )
    running.settle()
    running.told()
    serving.deploy({"1": replace(CHURN, model="quoted")})

    refusal(lambda: sql(f"DROP MODEL prod_sales.`{name.model}`"))
    running.settle()

    (blocked,) = (data for kind, _, data in running.told() if kind == "deletion.v1.blocked")
    assert blocked["model"]["name"] == str(name)


# Where BigQuery takes two names for one.


def test_a_request_in_another_case_is_about_the_model_as_bigquery_names_it(
    running: Running,
) -> None:
    dataset = a_client().get_dataset("prod_sales")
    dataset.is_case_insensitive = True
    a_client().update_dataset(dataset, ["is_case_insensitive"])
    train_labelled()
    running.settle()
    running.told()

    running.publish(REQUESTS, {"model": str(UPPER)})
    running.settle()

    told = running.told()
    assert [kind for kind, _, _ in told] == [
        "deletion.v1.requested",
        "deletion.v1.completed",
        "model.v1.deleted",
    ]
    assert {data["model"]["name"] for _, _, data in told} == {str(CHURN)}
    assert not is_there()
