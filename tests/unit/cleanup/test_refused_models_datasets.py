"""Refused deletes of whole datasets, on the fakes (see scene.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bqml_registrar.audit.refusals import Refusal, detect_refusal
from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.cleanup.refused_models import refused_models
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import PermanentError
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import ModelName
from bqml_registrar.policy.cleanup_rules import OnRefusedDelete
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import JobStatement
from tests.builders import (
    CHURN,
    DEPLOYED,
    a_refused_call_entry,
    a_refused_job_entry,
)
from tests.unit.cleanup.refused_scene import JOB, a_scene, and_its_neighbour, known
from tests.unit.cleanup.scene import VERSION, Scene


def a_refused_dataset(scene: Scene) -> ReceivedMessage:
    entry = a_refused_call_entry(
        method="DatasetService.DeleteDataset",
        resource=f"projects/{CHURN.project}/datasets/{CHURN.dataset}",
    )
    return scene.message(entry)


def a_refused_schema(scene: Scene, sql: str) -> ReceivedMessage:
    scene.at.statements[JOB] = JobStatement(sql=sql, default_project=CHURN.project)
    return scene.message(a_refused_job_entry("DROP_SCHEMA"))


def test_a_refused_dataset_delete_is_only_explained_for_each_of_its_models() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    known(scene.google, CHURN, VERSION)

    scene.settle(a_refused_dataset(scene))

    assert scene.events == [("deletion.v1.blocked", "NOTIFY_ONLY")]
    assert scene.data("blocked")[0]["deletion"]["intent"] == "refused_dataset"
    assert scene.calls() == []


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(a_refused_dataset, id="datasets.delete"),
        pytest.param(
            lambda scene: a_refused_schema(scene, "DROP SCHEMA prod_sales CASCADE"),
            id="DROP SCHEMA",
        ),
    ],
)
def test_a_model_of_another_dataset_on_the_same_endpoint_is_nobodys_to_delete(
    refused: Callable[[Scene], ReceivedMessage],
) -> None:
    scene = a_scene()
    and_its_neighbour(scene, "other_ds")

    scene.settle(refused(scene))

    assert [event["model"]["name"] for event in scene.data("blocked")] == [str(CHURN)]


def test_where_nobody_knows_which_dataset_was_refused_no_model_is_named() -> None:
    scene = a_scene()
    and_its_neighbour(scene, "other_ds")

    scene.settle(a_refused_schema(scene, "DROP SCHEMA prod_sales; DROP SCHEMA other_ds"))

    assert scene.events == [("deletion.v1.blocked", "MODEL_UNKNOWN")]


def test_a_version_on_many_endpoints_is_read_once() -> None:
    scene = a_scene()
    scene.at.statements.clear()
    known(scene.google, CHURN, VERSION)
    for endpoint in ("8", "9", "10"):
        scene.deploy(endpoint)
    words = f"{DEPLOYED} {', '.join(str(name) for name in scene.at.endpoints)}."
    refusal = detect_refusal(a_refused_job_entry("DROP_MODEL", error=words))
    assert isinstance(refusal, Refusal)
    scene.google.calls.clear()

    found = refused_models(refusal, scene.context)

    assert found == (RefusedStatement.DROP_MODEL, (CHURN,))
    assert scene.google.calls.count("GetEndpoint") == 4
    assert scene.google.calls.count("GetModel") == 1


def test_one_model_of_a_dataset_that_cannot_be_explained_keeps_the_others_from_nothing() -> None:
    scene = a_scene(workers=4)
    neighbour = and_its_neighbour(scene)
    get = scene.google.catalog.get

    def denied(name: ModelName) -> Any:
        if name == CHURN:
            raise PermanentError(Reason.PERMISSION_DENIED, "403")
        return get(name)

    scene.google.catalog.get = denied  # type: ignore[method-assign]
    outcome = scene.deliver(a_refused_dataset(scene))

    assert isinstance(outcome, PermanentError)
    assert outcome.context.model == str(CHURN)
    assert sorted(outcome.context.announced) == ["deletion.v1.blocked", "model.v1.failed"]
    assert len(set(outcome.context.event_ids)) == 2
    assert ("deletion.v1.blocked", "NOTIFY_ONLY") in scene.events
    assert scene.data("blocked")[0]["model"]["name"] == str(neighbour)


def test_the_log_line_of_a_refused_dataset_has_the_events_of_all_its_models() -> None:
    scene = a_scene()
    and_its_neighbour(scene)

    outcome = scene.deliver(a_refused_dataset(scene))

    assert isinstance(outcome, Outcome)
    assert outcome.announced == ("deletion.v1.blocked",) * 2
    assert len(set(outcome.event_ids)) == 2
