"""Whose deployed models they are, and what protects where not all can be known (see scene.py)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, PastGeneration, Stored
from bqml_registrar.bookkeeping.ownership import version_labels
from bqml_registrar.cleanup.planning.observation import own_versions
from bqml_registrar.names import ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.facts import Source
from tests.builders import CHURN, CREATED, a_policy, a_rule
from tests.unit.cleanup.scene import VERSION, Scene

GOLD = CleanupRules(protect=Protections(labels={"tier": Condition(("gold",))}))


SECOND = VERSION.at("2")
PAST = PastGeneration(generation="1", ended=CREATED, vertex=SECOND)


def a_second_version(scene: Scene, of: ModelName | None = None) -> None:
    """Of the same id, deployed beside the first; with our labels of a model, or of a person's."""
    labels = version_labels(of) if of else {}
    scene.google.versions[SECOND] = replace(
        scene.google.versions[VERSION], name=SECOND, labels=labels
    )
    scene.deploy("7", share=40)
    scene.at.deploy(SECOND, "7", 60)


def remembered(scene: Scene, *past: PastGeneration, **changes: object) -> None:
    """What the store holds of the model's earlier generations."""
    known = replace(ModelDocument(name=CHURN, epoch="e", past=past), **changes)
    scene.google.documents[CHURN] = Stored(document=known, revision="r")


def test_a_version_that_the_store_names_is_undeployed_as_well() -> None:
    scene = Scene()
    a_second_version(scene)
    remembered(scene, PAST)

    scene.settle(scene.request())

    assert scene.told.count("deployment.v1.undeployed") == 2
    assert scene.told[-1] == "deletion.v1.completed"


@pytest.mark.parametrize(
    ("of", "past"),
    [
        pytest.param(None, (), id="a person's"),
        pytest.param(replace(CHURN, model="neighbour"), (), id="another model's"),
        pytest.param(CHURN, (), id="with our labels, which people copy"),
        pytest.param(
            CHURN, (replace(PAST, vertex=replace(SECOND, model_id="elsewhere")),), id="of another id"
        ),
        pytest.param(CHURN, (replace(PAST, vertex=None),), id="of one that was not registered"),
    ],
)  # fmt: skip
def test_a_version_of_the_same_id_that_nobody_names_goes_on_serving(
    of: ModelName | None, past: tuple[PastGeneration, ...]
) -> None:
    scene = Scene()
    a_second_version(scene, of)
    remembered(scene, *past)

    scene.settle(scene.request(force=True))

    endpoint = scene.endpoint()
    assert endpoint is not None
    assert [deployed.version for deployed in endpoint.deployed] == ["2"]
    assert endpoint.traffic == {"2": 100}
    assert scene.told[-1] == "deletion.v1.completed"


def test_what_an_expired_document_names_goes_on_serving() -> None:
    scene = Scene()
    a_second_version(scene)
    remembered(scene, PAST, expire_at=scene.now())

    scene.settle(scene.request())

    assert scene.told.count("deployment.v1.undeployed") == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"is_remote": True}, id="a remote model's endpoint is BigQuery's own"),
        pytest.param({"vertex_model_id": ""}, id="it is not registered"),
    ],
)
def test_a_model_without_a_version_of_its_own_has_none(changes: dict[str, object]) -> None:
    scene = Scene()
    model = replace(scene.google.models[CHURN], **changes)

    assert own_versions(model, None, scene.google.registry) == ()
    assert scene.google.calls == []


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
