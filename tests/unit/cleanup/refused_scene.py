"""A refusal and the deployed model that it is about, for the tests of refused deletes."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import name_label, source_digest
from bqml_registrar.bookkeeping.versions import VersionLabels
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import JobName, ModelName
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


def marked(google: FakeGoogle, name: ModelName, version: Any) -> None:
    marks = VersionLabels(
        source=source_digest(name),
        of_dataset=name_label(name.dataset),
        of_model=name_label(name.model),
    )
    google.versions[version] = replace(
        google.versions[VERSION], name=version, labels=marks.as_labels()
    )


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
