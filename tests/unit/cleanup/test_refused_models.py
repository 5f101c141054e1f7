"""Refused deletes: from the audit entry to what the rule says, on the fakes (see scene.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import PastGeneration
from bqml_registrar.names import DatasetName
from bqml_registrar.policy.cleanup_rules import OnRefusedDelete
from bqml_registrar.resources.jobs import JobStatement
from tests.builders import (
    CHURN,
    CREATED,
    a_refused_call_entry,
    a_refused_job_entry,
)
from tests.unit.cleanup.refused_scene import (
    JOB,
    REPLACE,
    TABLE,
    a_scene,
    and_its_neighbour,
    known,
    marked,
    refused_drop,
    remembered,
)
from tests.unit.cleanup.scene import OTHER, VERSION


def test_by_default_a_refusal_is_explained_and_nothing_is_touched() -> None:
    scene = a_scene()

    scene.settle(refused_drop(scene))

    (blocked,) = scene.data("blocked")
    assert scene.events == [("deletion.v1.blocked", "NOTIFY_ONLY")]
    assert blocked["deletion"]["intent"] == "refused_drop"
    assert blocked["model"]["name"] == str(CHURN)
    assert f'"model": "{CHURN}"' in blocked["deletion"]["how_to_go_on"]
    assert '"force": false' in blocked["deletion"]["how_to_go_on"]
    assert "1 of 1 deployed model leaves" in blocked["verdict"]["detail"]
    assert scene.calls() == []
    assert "DROP MODEL" not in str(scene.data(""))


@pytest.mark.parametrize(
    ("statement", "deletes"), [("DROP_MODEL", "true"), ("CREATE_MODEL", "false")]
)
def test_the_advice_deletes_what_was_to_be_dropped_and_only_undeploys_what_was_to_be_replaced(
    statement: str, deletes: str
) -> None:
    scene = a_scene()

    scene.settle(scene.message(a_refused_job_entry(statement, destination=TABLE)))

    (blocked,) = scene.data("blocked")
    assert f'"delete": {deletes}' in blocked["deletion"]["how_to_go_on"]


def test_undeploy_makes_the_model_ready_to_be_dropped() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)

    scene.settle(refused_drop(scene))

    assert scene.told[-1] == "deletion.v1.ready"
    assert scene.at.refs(VERSION) == ()
    assert CHURN in scene.google.models


def test_undeploy_and_retry_drops_it_as_well() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)

    scene.settle(refused_drop(scene))

    assert scene.told[-1] == "deletion.v1.completed"
    assert scene.google.models == {}


@pytest.mark.parametrize("rule", [OnRefusedDelete.UNDEPLOY, OnRefusedDelete.UNDEPLOY_AND_RETRY])
def test_a_refused_replace_is_made_ready_and_left_to_whoever_has_the_sql(
    rule: OnRefusedDelete,
) -> None:
    scene = a_scene(rule)
    scene.at.statements[JOB] = JobStatement(
        sql=REPLACE,
        default_project=CHURN.project,
        default_dataset=DatasetName(project=CHURN.project, dataset=CHURN.dataset),
    )

    scene.settle(scene.message(a_refused_job_entry("CREATE_MODEL", destination=None)))

    assert scene.told[-1] == "deletion.v1.ready"
    assert CHURN in scene.google.models


def test_a_refused_call_names_the_model_itself() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    scene.at.statements.clear()

    scene.settle(scene.message(a_refused_call_entry()))

    assert scene.told[-1] == "deletion.v1.completed"
    assert "jobs.get" not in scene.google.calls


# Which model.


def test_the_jobs_destination_is_asked_before_its_statement() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)

    scene.settle(scene.message(a_refused_job_entry("DROP_MODEL", destination=TABLE)))

    assert scene.told[-1] == "deletion.v1.ready"
    assert "jobs.get" not in scene.google.calls


def test_where_the_job_does_not_tell_the_endpoints_in_the_words_do() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    known(scene.google, CHURN, VERSION)
    other = scene.deploy_other(share=0)
    endpoint = scene.endpoint()
    assert endpoint is not None
    scene.at.put(replace(endpoint, traffic={"1": 60, other.id: 40}))

    scene.settle(refused_drop(scene))

    assert scene.told[-1] == "deletion.v1.ready"
    assert len(scene.at.refs(OTHER)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(None, id="no document"),
        pytest.param({"vertex": VERSION.at("9")}, id="another version"),
        pytest.param({"vertex": replace(VERSION, model_id="elsewhere")}, id="another id"),
        pytest.param({"vertex": VERSION, "expire_at": CREATED}, id="an expired document"),
    ],
)
def test_labels_that_the_store_does_not_bear_out_name_no_model(
    changes: dict[str, Any] | None,
) -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    marked(scene.google, CHURN, VERSION)
    if changes:
        remembered(scene.google, CHURN, **changes)

    scene.settle(refused_drop(scene))

    assert scene.events == [("deletion.v1.blocked", "MODEL_UNKNOWN")]
    assert scene.calls() == []


def test_a_version_of_an_earlier_generation_leads_to_its_model_as_well() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    marked(scene.google, CHURN, VERSION)
    past = PastGeneration(generation="1", ended=CREATED, vertex=VERSION)
    remembered(scene.google, CHURN, past=(past,))

    scene.settle(refused_drop(scene))

    assert scene.told[-1] == "deletion.v1.ready"


def test_of_two_models_of_ours_on_the_endpoint_nobody_knows_which_was_meant() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    known(scene.google, CHURN, VERSION)
    known(scene.google, replace(CHURN, model="neighbour"), OTHER)
    scene.deploy_other(share=0)

    scene.settle(refused_drop(scene))

    (blocked,) = scene.data("blocked")
    assert scene.events == [("deletion.v1.blocked", "MODEL_UNKNOWN")]
    assert "model" not in blocked
    assert "endpoints/7" in blocked["verdict"]["detail"]
    assert scene.calls() == []


def test_the_one_model_that_all_of_the_named_endpoints_serve_was_meant() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    and_its_neighbour(scene)
    scene.deploy("8")
    names = " ".join(str(name) for name in scene.at.endpoints)

    scene.settle(refused_drop(scene, error=f"Please undeploy the model: {names}."))

    assert scene.told[-1] == "deletion.v1.blocked"
    assert scene.data("blocked")[0]["model"]["name"] == str(CHURN)


def test_in_a_dry_run_a_refusal_of_nobody_knows_what_is_told_as_one() -> None:
    scene = a_scene(dry_run=True)
    scene.at.statements.clear()

    scene.settle(refused_drop(scene))

    (blocked,) = scene.data("blocked")
    assert scene.events == [("deletion.v1.blocked", "MODEL_UNKNOWN")]
    assert blocked["verdict"]["dry_run"] is True


def test_the_hidden_table_of_a_jobs_result_is_no_model() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    hidden = replace(CHURN, dataset="_3f2a", model="anon7")
    scene.at.statements[JOB] = replace(scene.at.statements[JOB], destination=hidden)

    scene.settle(refused_drop(scene))

    assert scene.told[-1] == "deletion.v1.ready"


def test_a_model_in_a_hidden_dataset_is_nobodys() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    hidden = f"DROP MODEL `{CHURN.project}._3f2a.churn`"
    scene.at.statements[JOB] = JobStatement(sql=hidden, default_project=CHURN.project)

    scene.settle(refused_drop(scene))

    assert scene.reasons == ["MODEL_UNKNOWN"]
    assert "models.get" not in scene.google.calls


# Stale refusals.


@pytest.mark.parametrize("rule", [OnRefusedDelete.UNDEPLOY, OnRefusedDelete.UNDEPLOY_AND_RETRY])
def test_a_refusal_redelivered_a_day_later_touches_nothing(rule: OnRefusedDelete) -> None:
    scene = a_scene(rule)
    entry = refused_drop(scene)
    scene.later(days=1)

    scene.settle(entry)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_refusal_redriven_from_the_dead_letters_touches_nothing() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    entry = refused_drop(scene)
    scene.later(days=3)
    letter = scene.message(entry.data)  # published anew, just now

    scene.settle(letter)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_refusal_delivered_after_the_model_was_dropped_and_made_again_touches_nothing() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    entry = refused_drop(scene)
    model = scene.google.models[CHURN]
    scene.google.models[CHURN] = replace(model, created=CREATED + timedelta(hours=1))
    scene.later(hours=2)

    scene.settle(entry)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_second_copy_after_all_is_done_says_nothing_more() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    entry = refused_drop(scene)
    scene.settle(entry)
    told = list(scene.told)
    scene.instance()

    scene.settle(entry)

    assert scene.told == told
    assert scene.reasons[-1] == "MODEL_GONE"


def test_a_second_copy_that_comes_meanwhile_leaves_it_to_the_first() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    entry, copy = refused_drop(scene), refused_drop(scene)

    def second_copy() -> None:
        scene.google.before.clear()
        scene.deliver(copy)

    scene.google.before["ListModelVersions"] = second_copy
    scene.settle(entry)

    assert scene.reasons == ["UNDER_WAY", "CLEANUP_PLANNED", "CLEANED_UP"]
    assert scene.google.calls.count("UndeployModel") == 1
