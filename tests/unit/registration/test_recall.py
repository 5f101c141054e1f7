"""Lost, never seen, or wiped: what a registered model's document is made of, as docs/state.md has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument, labels_digest
from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    ModelDocument,
    milliseconds,
    new_document,
    succeeded,
)
from bqml_registrar.bookkeeping.ownership import version_labels
from bqml_registrar.errors import StaleError
from bqml_registrar.names import DatasetName
from bqml_registrar.registration.recall import Recalled, Traces, current, without_document
from bqml_registrar.resources.models import BigQueryModel, ModelVersion
from tests.builders import CHURN, CREATED, a_decision, a_model, a_version
from tests.unit.registration.planned import REGISTERED, kinds, planned

LABELS = version_labels(CHURN)
LABELLED = a_version(labels=LABELS)
DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
HOUR = timedelta(hours=1)
SWEPT = DatasetDocument(name=DATASET, swept_at=CREATED + HOUR, policy="p", labels=labels_digest({}))
EMPTY = new_document(REGISTERED, "epoch")


def recalled(
    version: ModelVersion,
    *,
    others: Sequence[ModelVersion] = (),
    swept: DatasetDocument | None = None,
    model: BigQueryModel = REGISTERED,
) -> Recalled:
    traces = Traces(version=version, others=others, swept=swept, policy="p")
    return without_document(model, a_decision(), traces, "epoch")


def made(at: datetime) -> ModelVersion:
    return a_version(created=at)


@pytest.mark.parametrize(
    ("found", "rebuilt"),
    [
        pytest.param(recalled(LABELLED), "its version is labelled", id="its label is there"),
        pytest.param(
            recalled(LABELLED, swept=SWEPT), "its version is labelled", id="its label, and swept"
        ),
        pytest.param(
            recalled(LABELLED, others=[a_version("2", labels=LABELS), a_version("3")]),
            "its version is labelled",
            id="another one has it, not all",
        ),
        pytest.param(
            recalled(made(CREATED), swept=SWEPT), "a sweep has seen it before", id="made before a sweep"
        ),
        pytest.param(
            recalled(a_version(), swept=SWEPT), "a sweep has seen it before", id="as old as its model"
        ),
        pytest.param(recalled(a_version()), "", id="never swept"),
        pytest.param(
            recalled(a_version(), swept=replace(SWEPT, policy="old")), "", id="another policy"
        ),
        pytest.param(recalled(made(CREATED + 2 * HOUR), swept=SWEPT), "", id="made after the sweep"),
        pytest.param(
            recalled(made(CREATED), swept=SWEPT, model=replace(REGISTERED, modified=CREATED + 2 * HOUR)),
            "",
            id="changed since the sweep, which no rule may have named then",
        ),
        pytest.param(
            recalled(LABELLED, others=[a_version("2", labels=LABELS)]), "", id="all versions have the label"
        ),
        pytest.param(
            recalled(a_version(labels=version_labels(replace(CHURN, model="visits")))), "", id="another model's label"
        ),
        pytest.param(
            recalled(a_version(), model=replace(REGISTERED, labels={"bqml-registrar": "r"})), "", id="a label on the model, which a copy may have"
        ),
    ],
)  # fmt: skip
def test_a_document_is_rebuilt_as_settled_or_the_model_is_new(
    found: Recalled, rebuilt: str
) -> None:
    assert found.rebuilt == rebuilt
    assert (found.document.vertex is not None) is bool(rebuilt)
    if not rebuilt:
        assert found.document == replace(EMPTY, modified=found.document.modified)


def test_all_that_is_there_counts_as_peoples_and_what_the_rule_names_as_decided() -> None:
    version = replace(LABELLED, aliases=("default", "prod", "eu"))

    document = recalled(version).document

    assert document.aliases == {
        "eu": AliasRecord(giver=Giver.PEOPLE),
        "prod": AliasRecord(giver=Giver.PEOPLE, is_decided=True),
    }
    assert (document.rule, document.vertex, document.transitions) == (
        "production-models",
        version.name,
        (),
    )


@pytest.mark.parametrize("aliases", [("default",), ("default", "prod", "eu")])
@pytest.mark.parametrize("given", [("prod",), (), ("champion",)])
def test_because_of_what_is_rebuilt_nothing_is_announced_given_or_taken_away(
    aliases: tuple[str, ...], given: tuple[str, ...]
) -> None:
    version = replace(LABELLED, aliases=aliases)
    traces = Traces(version=version, others=(), swept=None, policy="p")
    decision = a_decision(aliases=given)
    document = without_document(REGISTERED, decision, traces, "epoch").document

    plan = planned(decision, version, document)
    withdrawn = planned(a_decision(aliases=()), version, plan.settled)

    assert (kinds(plan), plan.aliases, plan.removed_aliases) == ([], (), ())
    assert (kinds(withdrawn), withdrawn.removed_aliases) == ([], ())


@pytest.mark.parametrize(
    ("announced", "note"), [("2", ""), ("1", "counts as announced")], ids=["told", "pending"]
)
def test_what_release_0_4_0_remembered_comes_before_labels_of_today(
    announced: str, note: str
) -> None:
    version = a_version(
        labels={**LABELS, "bqml-registrar-revision": "2", "bqml-registrar-announced": announced}
    )

    found = recalled(version, swept=SWEPT)

    assert found.rebuilt.endswith(note)
    assert bool(found.rebuilt) is bool(note)
    assert found.document.vertex == version.name


# A document that is there.

NEXT = a_model(created=CREATED + HOUR)


def test_a_document_of_the_model_as_read_is_taken_as_it_is() -> None:
    assert current(EMPTY, REGISTERED) == EMPTY


def test_a_document_of_the_model_before_becomes_that_of_the_next() -> None:
    assert current(EMPTY, NEXT) == succeeded(EMPTY, NEXT)


@pytest.mark.parametrize(
    ("document", "model"),
    [
        pytest.param(succeeded(EMPTY, NEXT), REGISTERED, id="a newer generation"),
        pytest.param(
            replace(EMPTY, modified=milliseconds(CREATED + HOUR)),
            replace(REGISTERED, modified=CREATED),
            id="a newer change",
        ),
    ],
)
def test_a_model_that_was_read_before_somebody_changed_it_is_stale(
    document: ModelDocument, model: BigQueryModel
) -> None:
    with pytest.raises(StaleError):
        current(document, model)


def test_a_model_whose_change_time_does_not_show_is_not_stale() -> None:
    assert current(replace(EMPTY, modified=1), REGISTERED).modified == 1
