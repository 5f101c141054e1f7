"""A refusal and the deployed model that it is about, for the tests of refused deletes."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, Stored
from bqml_registrar.bookkeeping.ownership import version_labels
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import JobName, ModelName, VertexName
from bqml_registrar.policy.cleanup_rules import CleanupRules, OnRefusedDelete
from bqml_registrar.resources.jobs import JobStatement
from tests.builders import (
    CHURN,
    a_refused_job_entry,
)
from tests.fakes.google import FakeGoogle
from tests.unit.cleanup.scene import OTHER, VERSION, Scene

TABLE = f"projects/{CHURN.project}/datasets/{CHURN.dataset}/tables/{CHURN.model}"
JOB = JobName(project=CHURN.project, job="job_1")
DROP = f"DROP MODEL `{CHURN.project}.{CHURN.dataset}.{CHURN.model}`"
REPLACE = "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1"


def a_scene(rule: OnRefusedDelete = OnRefusedDelete.NOTIFY, **context: Any) -> Scene:
    scene = Scene(CleanupRules(on_refused_delete=rule), **context)
    scene.deploy()
    scene.at.statements[JOB] = JobStatement(sql=DROP, default_project=CHURN.project)
    return scene


def refused_drop(scene: Scene, **changes: Any) -> ReceivedMessage:
    """The entry of a refused DROP MODEL, which does not name the model."""
    return scene.message(a_refused_job_entry("DROP_MODEL", **changes))


def marked(google: FakeGoogle, name: ModelName, version: VertexName) -> None:
    """The version has our labels of the model."""
    google.versions[version] = replace(
        google.versions[VERSION], name=version, labels=version_labels(name)
    )


def remembered(google: FakeGoogle, name: ModelName, **changes: Any) -> None:
    """What the store holds of a model; `vertex` is its version."""
    known = replace(ModelDocument(name=name, epoch="e"), **changes)
    google.documents[name] = Stored(document=known, revision=google.etag())


def known(google: FakeGoogle, name: ModelName, version: VertexName) -> None:
    """The version has our labels, and the store says that the model has it."""
    marked(google, name, version)
    remembered(google, name, vertex=version)


def and_its_neighbour(scene: Scene, dataset: str = CHURN.dataset) -> ModelName:
    """Another model, of the same dataset or another, on the same endpoint; both are known."""
    neighbour = replace(CHURN, dataset=dataset, model="neighbour")
    scene.google.models[neighbour] = replace(
        scene.google.models[CHURN],
        name=neighbour,
        vertex_model_id=str(OTHER.at("")),
        vertex_version="4",
    )
    known(scene.google, CHURN, VERSION)
    known(scene.google, neighbour, OTHER)
    scene.deploy_other(share=0)
    return neighbour
