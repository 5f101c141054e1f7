"""What people do on the local cloud by calls other than statements, and what that writes.

The language is told in filter_statements.py.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.analyst import PROJECT
from tests.terraform.filter_cloud import ENDPOINT, PLACE, Act, Cloud
from tests.terraform.filter_statements import CREATED, FAILED, QUERY, REFUSED

_FREE, _CHURN, _HIDDEN = "prod_sales.free", "prod_sales.churn", "_hidden.free"
_TRAINING = f"CREATE MODEL `{PROJECT}`.prod_sales.n LINEAR"
_FOREIGN = {"foreign_projects": ["billing"]}
_EVENTS = ("modelCreation", "modelDataChange", "modelMetadataChange")
_PATCH = "models.patch"
_OLD = {"headers": {"If-Match": "old"}}


def _soon() -> str:
    """An expirationTime within the hour."""
    return str(int((datetime.now(UTC) + timedelta(minutes=10)).timestamp() * 1000))


def _expire(it: Cloud, name: str) -> None:
    it.patch(name, expirationTime=_soon())
    it.expire(name)


def _outlive(it: Cloud) -> None:
    it.patch(_CHURN, expirationTime=_soon())
    it.control.advance(3700)
    it.control.advance(3700)


def _expire_by_default(it: Cloud) -> None:
    _change_dataset(it, "prod_sales", default_table_expiration_ms=3_600_000)
    it.run("CREATE MODEL prod_sales.n LINEAR")
    it.expire("prod_sales.n")


def _change_dataset(it: Cloud, name: str, **changes: Any) -> None:
    dataset = it.client.get_dataset(name)
    for field, value in changes.items():
        setattr(dataset, field, value)
    it.client.update_dataset(dataset, list(changes))


def _cancel(it: Cloud) -> None:
    job = it.begin("CREATE MODEL prod_sales.n LINEAR")
    job.cancel()
    it.control.advance(61)
    job.result(timeout=10, retry=None)


def _look_around(it: Cloud) -> None:
    list(it.client.list_datasets())
    list(it.client.list_models("prod_sales"))
    list(it.client.list_jobs())


def _lose_an_answer(it: Cloud) -> None:
    it.control.fault("ModelService.PatchModel", "error_after")
    it.patch(_FREE, labels={"a": "b"})


def _extract(it: Cloud) -> None:
    names = (f"{PROJECT}.{_FREE}", "gs://b/m")
    it.client.extract_table(*names, source_type="Model", retry=None)


def _serve_and_publish(it: Cloud) -> None:
    it.deploy("free")
    model = {"name": f"{PLACE}/models/free@1", "labels": {"a": "b"}}
    mask = {"paths": ["labels"]}
    it.registry.update_model(request={"model": model, "update_mask": mask})
    it.registry.merge_version_aliases(name=model["name"], version_aliases=["prod"])
    for deployed in it.endpoints.get_endpoint(name=ENDPOINT).deployed_models:
        it.endpoints.undeploy_model(
            endpoint=ENDPOINT, deployed_model_id=deployed.id, traffic_split={}
        )
        it.control.wait_idle()
    it.endpoints.delete_endpoint(name=ENDPOINT)
    it.publisher.create_topic(name=f"projects/{PROJECT}/topics/news")


CALLS = (
    # models.patch.
    Act("a label", lambda it: it.patch(_FREE, labels={"stage": "prod"}), "modelMetadataChange+"),
    # An entry over 100 KB, whose metadata is truncated.
    Act("a tale", lambda it: it.patch(_FREE, description="d" * 300_000), "modelMetadataChange+"),
    Act(
        "a registration",
        lambda it: it.patch(_CHURN, trainingRuns=[{"vertexAiModelId": "churn"}]),
        "modelMetadataChange+",
    ),
    Act(
        "a second registration",
        lambda it: it.patch(_CHURN, trainingRuns=[{"vertexAiModelId": "free"}]),
        "refused-",
    ),
    Act("a stale patch", lambda it: it.patch(_CHURN, etag="old", description="x"), "refused-"),
    Act(
        "a patch in _hidden",
        lambda it: it.patch(_HIDDEN, description="x"),
        "modelMetadataChange",
    ),
    Act("a patch's answer is lost", _lose_an_answer, "modelMetadataChange+", unheard=True),
    # models.delete.
    Act("models.delete", lambda it: it.client.delete_model(_FREE), "modelDeletion+"),
    Act("models.delete in _hidden", lambda it: it.client.delete_model(_HIDDEN), "modelDeletion"),
    Act("models.delete: none", lambda it: it.client.delete_model("prod_sales.gone"), "refused-"),
    Act(
        "models.delete: stale",
        lambda it: it.ask("DELETE", "datasets/prod_sales/models/free", **_OLD),
        "refused-",
        settings={"deletes_check_etag": True},
    ),
    Act("models.delete: deployed", lambda it: it.client.delete_model(_CHURN), "refused!"),
    Act(
        "models.delete: deployed, in _hidden",
        lambda it: it.client.delete_model("_hidden.churn"),
        "refused-",
    ),
    Act(
        "models.delete: deployed, not logged",
        lambda it: it.client.delete_model(_CHURN),
        "",
        settings={"refused_calls_logged": ["DeleteDataset"]},
        unheard=True,
    ),
    Act(
        "models.delete: no Vertex AI",
        lambda it: it.client.delete_model(_FREE),
        "refused-",
        settings={"vertex_api_disabled_projects": [PROJECT]},
    ),
    # Expiry.
    Act("expiry", lambda it: _expire(it, _FREE), "modelMetadataChange+ modelDeletion+"),
    Act(
        "expiry in _hidden",
        lambda it: _expire(it, _HIDDEN),
        "modelMetadataChange modelDeletion",
    ),
    Act("expiry of a deployed model", _outlive, "modelMetadataChange+"),
    Act("expiry by default", _expire_by_default, f"datasetChange {CREATED} modelDeletion+"),
    # Datasets.
    Act("datasets.insert", lambda it: it.client.create_dataset("new"), "datasetCreation"),
    Act("datasets.insert: there", lambda it: it.client.create_dataset("other"), "refused-"),
    Act(
        "datasets.patch",
        lambda it: _change_dataset(it, "other", labels={"a": "b"}),
        "datasetChange",
    ),
    Act("datasets.patch: none", lambda it: it.ask("PATCH", "datasets/gone", data={}), "refused-"),
    Act("datasets.update", lambda it: it.ask("PUT", "datasets/other", data={}), "datasetChange"),
    Act("datasets.update: none", lambda it: it.ask("PUT", "datasets/gone", data={}), "refused-"),
    Act(
        "datasets.delete",
        lambda it: it.client.delete_dataset("other", delete_contents=True),
        "datasetDeletion",
    ),
    Act("datasets.delete: in use", lambda it: it.client.delete_dataset("prod_sales"), "refused-"),
    Act(
        "datasets.delete: deployed",
        lambda it: it.client.delete_dataset("prod_sales", delete_contents=True),
        "refused!",
    ),
    Act(
        "datasets.delete: deployed, in _hidden",
        lambda it: it.client.delete_dataset("_hidden", delete_contents=True),
        "refused-",
    ),
    Act(
        "datasets.delete: deployed, not logged",
        lambda it: it.client.delete_dataset("prod_sales", delete_contents=True),
        "",
        settings={"refused_calls_logged": ["DeleteModel"]},
        unheard=True,
    ),
    # Copies. No document says that one can replace a model; nobody asked for a delete.
    Act("a copy", lambda it: it.copy(_CHURN, "other.n"), QUERY),
    Act("a copy: there", lambda it: it.copy(_CHURN, "other.m"), FAILED),
    Act("a copy onto a model", lambda it: it.copy(_CHURN, "other.m", "WRITE_TRUNCATE"), QUERY),
    Act(
        "a copy onto a deployed model",
        lambda it: it.copy(_FREE, _CHURN, "WRITE_TRUNCATE"),
        "jobInsertion jobChange?",
    ),
    *(
        Act(
            f"a copy tells of a {event}",
            lambda it: it.copy(_CHURN, "other.n"),
            f"jobInsertion {event}+ jobChange",
            settings={"copy_writes": [event]},
        )
        for event in _EVENTS
    ),
    # Jobs of other projects.
    Act("a job of billing", lambda it: it.run(_TRAINING, "billing"), CREATED),
    Act(
        "a job of an alien",
        lambda it: it.run(_TRAINING, "billing"),
        CREATED,
        settings=_FOREIGN,
    ),
    Act(
        "a refused job of an alien",
        lambda it: it.run(f"DROP MODEL `{PROJECT}`.prod_sales.churn", "billing"),
        REFUSED,
        settings=_FOREIGN,
    ),
    # Jobs that do nothing, reads, and services of which the local cloud writes no entries.
    Act("a cancelled job", _cancel, FAILED, settings={"job_latency": 60.0}),
    Act("a dry run", lambda it: it.begin(_TRAINING, dry_run=True), ""),
    Act("an extract job", _extract, "", unheard=True),
    Act("looks", _look_around, ""),
    Act("Vertex AI and Pub/Sub", _serve_and_publish, ""),
)
