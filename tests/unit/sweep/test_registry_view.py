"""What the registry shows of versions, by lists: one list for all, one call where it does not do."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import AliasRecord, Giver, ModelDocument
from bqml_registrar.bookkeeping.ownership import version_labels
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.registry_view import RegistryView
from tests.builders import CHURN, a_version
from tests.fakes.google import FakeGoogle

DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
PEOPLES = {"eu-test": AliasRecord(giver=Giver.PEOPLE)}
MOVED = {"prod": AliasRecord(giver=Giver.RULE, is_decided=True, is_there=False)}


def a_document(**changes: Any) -> ModelDocument:
    values: dict[str, Any] = {"name": CHURN, "epoch": "e", "vertex": a_version().name}
    return ModelDocument(**{**values, **changes})


def a_world(*versions: Any) -> tuple[FakeGoogle, RegistryView]:
    google = FakeGoogle()
    google.versions = {version.name: version for version in versions}
    return google, RegistryView(DATASET, "us-central1", google)


OURS = version_labels(CHURN)
CASES = {
    "as remembered": (a_version(labels=OURS), a_document(), True),
    "with a person's alias": (
        a_version(labels=OURS, aliases=("default", "eu-test")),
        a_document(aliases=PEOPLES),
        True,
    ),
    "an alias more": (
        a_version(labels=OURS, aliases=("default", "eu-test")),
        a_document(),
        False,
    ),
    "an alias less": (a_version(labels=OURS), a_document(aliases=PEOPLES), False),
    "an alias that somebody moved before": (
        a_version(labels=OURS),
        a_document(aliases=MOVED),
        True,
    ),
    "without our label": (a_version(labels={"team": "x"}), a_document(), False),
    "labelled as another model's": (
        a_version(labels=version_labels(replace(CHURN, model="other"))),
        a_document(),
        False,
    ),
    "not there": (a_version("7", labels=OURS), a_document(), False),
    "of a model that is not registered": (a_version("7"), a_document(vertex=None), True),
}


@pytest.mark.parametrize(("version", "document", "shown"), CASES.values(), ids=CASES)
def test_a_version_is_shown_if_label_and_aliases_are_as_at_the_last_look(
    version: Any, document: ModelDocument, *, shown: bool
) -> None:
    _, view = a_world(version)

    assert view.is_shown(document) is shown


def test_versions_that_are_the_default_ones_cost_one_list_together() -> None:
    names = [replace(CHURN, model=f"m{n}") for n in range(5)]
    versions = [
        a_version(
            name=replace(a_version().name, model_id=f"prod_sales-{name.model}"),
            labels=version_labels(name),
        )
        for name in names
    ]
    google, view = a_world(*versions)
    documents = [
        a_document(name=name, vertex=version.name)
        for name, version in zip(names, versions, strict=True)
    ]

    assert all(view.is_shown(document) for document in documents)
    assert google.calls == ["ListModels"]


def test_versions_that_are_not_the_default_one_cost_one_call_for_their_registry_model() -> None:
    versions = [a_version("1", labels=OURS)] + [
        a_version(str(n), labels=OURS, aliases=()) for n in (2, 3, 4)
    ]
    google, view = a_world(*versions)

    for _ in range(2):
        assert all(view.is_shown(a_document(vertex=version.name)) for version in versions)
    assert google.calls == ["ListModels", "ListModelVersions"]


@pytest.mark.parametrize(
    ("reason", "is_told"),
    [(Reason.PERMISSION_DENIED, False), (Reason.API_DISABLED, True)],
    ids=["PERMISSION_DENIED", "API_DISABLED"],
)
def test_a_region_whose_list_is_denied_has_no_versions(reason: Reason, *, is_told: bool) -> None:
    google, view = a_world()

    def denied() -> None:
        raise PermanentError(reason, "403")

    google.before["ListModels"] = denied
    if is_told:
        with pytest.raises(PermanentError):
            view.is_shown(a_document())
    else:
        assert not view.is_shown(a_document())
