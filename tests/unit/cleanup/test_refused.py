"""Refused deletes: from the audit entry to what the rule says, on the fakes (see scene.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import (
    CHURN,
    CREATED,
    DEPLOYED,
    a_policy,
    a_refused_call_entry,
    a_refused_job_entry,
    a_rule,
)
from fakes import FakeGoogle
from msgspec.structs import replace
from scene import OTHER, VERSION, Scene

from shared.cleanup.intents import IntentKind
from shared.cleanup.ports import JobStatement
from shared.cleanup.refusals import Refusal, detect_refusal
from shared.cleanup.refused_models import refused_models
from shared.cleanup.rules import CleanupRules, OnExpiration, OnRefusedDelete, Retirement
from shared.conditions import Condition
from shared.context import Context
from shared.envelope import Message
from shared.errors import PermanentError
from shared.marks import VersionMarks, name_mark, source_mark
from shared.names import DatasetName, JobName, ModelName
from shared.outcome import Outcome
from shared.policy import Match
from shared.reasons import Reason

TABLE = f"projects/{CHURN.project}/datasets/{CHURN.dataset}/tables/{CHURN.model}"
JOB = JobName(project=CHURN.project, job="job_1")
DROP = f"DROP MODEL `{CHURN.project}.{CHURN.dataset}.{CHURN.model}`"
REPLACE = "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1"


def a_scene(rule: OnRefusedDelete = OnRefusedDelete.NOTIFY, **context: Any) -> Scene:
    scene = Scene(CleanupRules(on_refused_delete=rule), **context)
    scene.deploy()
    scene.at.statements[JOB] = JobStatement(sql=DROP, default_project=CHURN.project)
    return scene


def refused_drop(scene: Scene, **changes: Any) -> Message:
    """The entry of a refused DROP MODEL, which does not name the model."""
    return scene.message(a_refused_job_entry("DROP_MODEL", **changes))


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


def marked(google: FakeGoogle, name: ModelName, version: Any) -> None:
    marks = VersionMarks(
        source=source_mark(name), of_dataset=name_mark(name.dataset), of_model=name_mark(name.model)
    )
    google.versions[version] = replace(
        google.versions[VERSION], name=version, labels=marks.as_labels()
    )


def test_where_the_job_does_not_tell_the_endpoints_in_the_words_do() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    marked(scene.google, CHURN, VERSION)
    other = scene.deploy_other(share=0)
    endpoint = scene.endpoint()
    assert endpoint is not None
    scene.at.put(replace(endpoint, traffic={"1": 60, other.id: 40}))

    scene.settle(refused_drop(scene))

    assert scene.told[-1] == "deletion.v1.ready"
    assert len(scene.at.refs(OTHER)) == 1


def test_of_two_models_of_ours_on_the_endpoint_nobody_knows_which_was_meant() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY)
    scene.at.statements.clear()
    marked(scene.google, CHURN, VERSION)
    marked(scene.google, replace(CHURN, model="neighbour"), OTHER)
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


# Datasets.


def a_refused_dataset(scene: Scene) -> Message:
    entry = a_refused_call_entry(
        method="DatasetService.DeleteDataset",
        resource=f"projects/{CHURN.project}/datasets/{CHURN.dataset}",
    )
    return scene.message(entry)


def a_refused_schema(scene: Scene, sql: str) -> Message:
    scene.at.statements[JOB] = JobStatement(sql=sql, default_project=CHURN.project)
    return scene.message(a_refused_job_entry("DROP_SCHEMA"))


def and_its_neighbour(scene: Scene, dataset: str = CHURN.dataset) -> ModelName:
    """Another model, of the same dataset or another, on the same endpoint; both have our marks."""
    neighbour = replace(CHURN, dataset=dataset, model="neighbour")
    scene.google.models[neighbour] = replace(
        scene.google.models[CHURN],
        name=neighbour,
        vertex_model_id=str(OTHER.at("")),
        vertex_version="4",
    )
    marked(scene.google, CHURN, VERSION)
    marked(scene.google, neighbour, OTHER)
    scene.deploy_other(share=0)
    return neighbour


def test_a_refused_dataset_delete_is_only_explained_for_each_of_its_models() -> None:
    scene = a_scene(OnRefusedDelete.UNDEPLOY_AND_RETRY)
    marked(scene.google, CHURN, VERSION)

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
    refused: Callable[[Scene], Message],
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
    marked(scene.google, CHURN, VERSION)
    for endpoint in ("8", "9", "10"):
        scene.deploy(endpoint)
    words = f"{DEPLOYED} {', '.join(str(name) for name in scene.at.endpoints)}."
    refusal = detect_refusal(a_refused_job_entry("DROP_MODEL", error=words))
    assert isinstance(refusal, Refusal)
    scene.google.calls.clear()

    found = refused_models(refusal, scene.context)

    assert found == (IntentKind.REFUSED_DROP, (CHURN,))
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
    assert outcome.model == str(CHURN)
    assert sorted(outcome.announced) == ["deletion.v1.blocked", "model.v1.failed"]
    assert len(set(outcome.event_ids)) == 2
    assert ("deletion.v1.blocked", "NOTIFY_ONLY") in scene.events
    assert scene.data("blocked")[0]["model"]["name"] == str(neighbour)


def test_the_log_line_of_a_refused_dataset_has_the_events_of_all_its_models() -> None:
    scene = a_scene()
    and_its_neighbour(scene)

    outcome = scene.deliver(a_refused_dataset(scene))

    assert isinstance(outcome, Outcome)
    assert outcome.announced == ("deletion.v1.blocked",) * 2
    assert len(set(outcome.event_ids)) == 2


# Retirement and expiration, which other functions ask for.


def expiring(scene: Scene, **after: float) -> Message:
    """What the sweep asks for of a model that ends then."""
    expires = scene.now() + timedelta(**(after or {"hours": 20}))
    scene.google.models[CHURN] = replace(scene.google.models[CHURN], expires=expires)
    generation = scene.google.models[CHURN].generation
    return scene.request(origin="expiration", key="expiration-9", generation=generation)


@pytest.mark.parametrize("put_off", [None, timedelta(hours=49)], ids=["for good", "a while"])
@pytest.mark.parametrize("planned", [False, True], ids=["before the plan", "after it"])
def test_a_model_whose_end_was_put_off_stays_deployed(
    put_off: timedelta | None, planned: bool
) -> None:
    scene = Scene(CleanupRules(on_expiration=OnExpiration.UNDEPLOY, expiration_horizon_hours=48))
    scene.deploy()
    message = expiring(scene)
    if planned:
        scene.deliver(message)
        (message,) = scene.taken()
    expires = scene.now() + put_off if put_off else None
    scene.google.models[CHURN] = replace(scene.google.models[CHURN], expires=expires)

    scene.settle(message)

    assert scene.events[-1] == ("deletion.v1.cancelled", "STALE_INTENT")
    assert scene.calls() == []


def test_a_coming_expiration_is_told_or_undeployed_as_the_rule_says() -> None:
    notified = Scene()
    undeployed = Scene(CleanupRules(on_expiration=OnExpiration.UNDEPLOY))
    for scene in (notified, undeployed):
        scene.deploy()
        scene.settle(expiring(scene))

    assert notified.events == [("deletion.v1.blocked", "NOTIFY_ONLY")]
    assert undeployed.told[-1] == "deletion.v1.ready"
    assert CHURN in undeployed.google.models


def test_an_expiration_of_what_is_deployed_nowhere_is_nothing_to_tell() -> None:
    scene = Scene()

    scene.settle(expiring(scene))

    assert scene.events == []
    assert scene.reasons == ["NOTHING_DEPLOYED"]


def retiring_scene(label: str) -> Scene:
    scene = Scene(CleanupRules(retirement=Retirement()), labels={"retire": label})
    generation = scene.google.models[CHURN].generation
    scene.relabel(**{"bqml-registrar-retirement": f"1-20261101-{generation}"})
    scene.deploy()
    return scene


def due(scene: Scene) -> Message:
    generation = scene.google.models[CHURN].generation
    return scene.request(origin="retirement", key="retirement-1", generation=generation)


def test_a_retirement_that_is_due_is_carried_out() -> None:
    scene = retiring_scene("2026-11-01")

    scene.settle(due(scene))

    assert scene.told[-1] == "deletion.v1.completed"


@pytest.mark.parametrize("label", [None, "2027-01-01", "false"])
def test_a_retirement_withdrawn_before_it_was_carried_out_touches_nothing(
    label: str | None,
) -> None:
    scene = retiring_scene("2026-11-01")
    scene.relabel(retire=label)

    scene.settle(due(scene))

    assert scene.events == [("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")]
    assert scene.calls() == []


@pytest.mark.parametrize("end", ["retirement", "expiration"])
def test_where_nobody_knows_the_rule_nobody_says_that_the_end_was_put_off(end: str) -> None:
    by_job = a_rule(match=Match(fields={"creator": Condition(("ana@*",))}))
    scene = Scene(policy=a_policy(by_job), labels={"retire": "2026-11-01"})
    scene.deploy()

    scene.settle(due(scene) if end == "retirement" else expiring(scene, hours=60))

    assert scene.events == [("deletion.v1.blocked", "ORIGIN_UNKNOWN")]
    assert scene.calls() == []


def test_a_retirement_withdrawn_in_the_middle_stops_the_rest() -> None:
    scene = retiring_scene("2026-11-01")
    scene.deliver(due(scene))
    scene.relabel(retire=None)

    scene.settle()

    assert scene.events[-1] == ("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")
    assert scene.calls() == []


@pytest.mark.parametrize("origin", ["retirement", "refused_drop", "refused_replace"])
def test_nothing_but_a_request_can_be_forced(origin: str) -> None:
    scene = retiring_scene("2026-11-01")
    policy = a_policy(
        a_rule(
            cleanup=CleanupRules(
                retirement=Retirement(),
                on_refused_delete=OnRefusedDelete.UNDEPLOY,
                max_undeployments=0,
            )
        )
    )
    scene.context = Context(**{**scene._context, "policy": policy})
    generation = scene.google.models[CHURN].generation

    scene.settle(
        scene.request(origin=origin, key="retirement-1", generation=generation, force=True)
    )

    assert scene.events == [("deletion.v1.blocked", "TOO_MANY_UNDEPLOYMENTS")]
