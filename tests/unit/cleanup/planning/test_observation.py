"""Whose deployed models they are, and what protects where not all can be known (see scene.py)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import name_label, source_digest
from bqml_registrar.bookkeeping.versions import VersionLabels
from bqml_registrar.names import ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.facts import Source
from tests.builders import CHURN, a_policy, a_rule
from tests.unit.cleanup.scene import VERSION, Scene

GOLD = CleanupRules(protect=Protections(labels={"tier": Condition(("gold",))}))


def a_second_version(scene: Scene, of: ModelName | None) -> None:
    """Of the same id, deployed beside the first; with our mark of a model, or made by a person."""
    version = VERSION.at("2")
    marks = (
        VersionLabels(
            source=source_digest(of),
            of_dataset=name_label(of.dataset),
            of_model=name_label(of.model),
        )
        if of
        else VersionLabels()
    )
    scene.google.versions[version] = replace(
        scene.google.versions[VERSION], name=version, labels=marks.as_labels() if of else {}
    )
    scene.deploy("7", share=40)
    scene.at.deploy(version, "7", 60)


def test_a_version_that_has_our_mark_of_the_model_is_undeployed_as_well() -> None:
    scene = Scene()
    a_second_version(scene, CHURN)

    scene.settle(scene.request())

    assert scene.told.count("deployment.v1.undeployed") == 2
    assert scene.told[-1] == "deletion.v1.completed"


@pytest.mark.parametrize(
    "of", [None, replace(CHURN, model="neighbour")], ids=["a person's", "another model's"]
)
def test_a_version_of_the_same_id_that_is_anothers_goes_on_serving(of: ModelName | None) -> None:
    scene = Scene()
    a_second_version(scene, of)

    scene.settle(scene.request(force=True))

    endpoint = scene.endpoint()
    assert endpoint is not None
    assert [deployed.version for deployed in endpoint.deployed] == ["2"]
    assert endpoint.traffic == {"2": 100}
    assert scene.told[-1] == "deletion.v1.completed"


def of_an_unknown_job() -> Scene:
    """A model whose protecting label its creating job may have had, and no history has the job."""
    policy = a_policy(a_rule(cleanup=GOLD), label_sources=(Source.MODEL, Source.JOB))
    scene = Scene(policy=policy)
    scene.deploy()
    return scene


def test_what_a_lost_job_may_have_protected_is_not_touched() -> None:
    scene = of_an_unknown_job()

    scene.settle(scene.request())

    (blocked,) = scene.data("blocked")
    assert scene.events == [("deletion.v1.blocked", "ORIGIN_UNKNOWN")]
    assert '"force": true' in blocked["deletion"]["how_to_go_on"]
    assert scene.calls() == []


def test_whoever_forces_it_knows_better_than_the_history() -> None:
    scene = of_an_unknown_job()

    scene.settle(scene.request(force=True))

    assert scene.told[-1] == "deletion.v1.completed"


def test_a_label_that_the_model_has_itself_protects_whatever_its_job_had() -> None:
    scene = of_an_unknown_job()
    scene.relabel(tier="gold")

    scene.settle(scene.request())

    assert scene.events == [("deletion.v1.blocked", "PROTECTED_BY_LABEL")]
