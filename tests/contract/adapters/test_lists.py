"""What the sweep relies on about lists: see serving_worlds.py."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import name_label, version_labels
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import CreatingJob
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.resources.models import ModelVersion
from tests.builders import CHURN
from tests.contract.serving_worlds import ServingWorld, registered

DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
REGION = "us-central1"
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def marked(world: ServingWorld, name: ModelName, model_id: str = "") -> ModelVersion:
    """A version of the model with our labels, as the registrar leaves it."""
    version = registered(world, name, model_id)
    return world.registry.update(version, version_labels(name), "")


def listed(world: ServingWorld) -> list[ListedModel]:
    page = world.lists.models(DATASET)
    assert page is not None
    assert page.following == ""
    return list(page.models)


def test_datasets_are_listed_with_their_place_and_without_the_hidden_ones(
    serving: ServingWorld,
) -> None:
    for name in ("scratch", "_hidden"):
        serving.make_dataset(name)
    serving.train(CHURN, {})

    found = list(serving.lists.datasets(CHURN.project))

    assert [(dataset.name.dataset, dataset.location) for dataset in found] == [
        ("prod_sales", "US"),
        ("scratch", "US"),
    ]
    assert {dataset.name.project for dataset in found} == {CHURN.project}


def test_a_project_without_datasets_has_an_empty_list(serving: ServingWorld) -> None:
    assert list(serving.lists.datasets("elsewhere-1")) == []


def test_a_model_is_listed_with_its_type_its_labels_and_its_times(serving: ServingWorld) -> None:
    serving.train(CHURN, {})
    model = serving.catalog.get(CHURN)
    assert model is not None
    patched = serving.catalog.patch(model, {"team": "growth"})

    (found,) = listed(serving)

    assert (found.name, found.model_type) == (CHURN, "LINEAR_REGRESSION")
    assert found.labels == {"team": "growth"}
    assert found.created == model.created
    assert found.modified == patched.modified
    assert found.modified > found.created


def test_models_of_other_datasets_are_not_listed(serving: ServingWorld) -> None:
    serving.make_dataset("scratch")
    serving.train(CHURN, {})
    serving.train(replace(CHURN, dataset="scratch"), {})

    assert [model.name for model in listed(serving)] == [CHURN]


def test_a_dataset_without_models_has_an_empty_page(serving: ServingWorld) -> None:
    serving.make_dataset("scratch")

    page = serving.lists.models(replace(DATASET, dataset="scratch"))

    assert page is not None
    assert (page.models, page.following) == ((), "")


def test_a_dataset_that_does_not_exist_has_no_page(serving: ServingWorld) -> None:
    assert serving.lists.models(replace(DATASET, dataset="nowhere")) is None


def test_a_page_token_that_bigquery_does_not_take_is_no_end_of_the_list(
    serving: ServingWorld,
) -> None:
    serving.train(CHURN, {})

    with pytest.raises(PermanentError) as refused:
        serving.lists.models(DATASET, "yesterday's")

    assert refused.value.reason is Reason.REFUSED_BY_SERVICE


def test_many_models_come_page_by_page_each_once(serving: ServingWorld) -> None:
    serving.fill(CHURN.dataset, 501)
    pages, token = [], ""
    while page := serving.lists.models(DATASET, token):
        pages.append(page)
        token = page.following
        if not token:
            break

    names = [model.name.model for page in pages for model in page.models]
    assert len(pages) > 1
    assert all(page.models for page in pages)
    assert sorted(names) == sorted(f"m{number}" for number in range(501))


def test_registered_versions_are_found_by_our_mark_with_their_labels(serving: ServingWorld) -> None:
    ours = marked(serving, CHURN)
    registered(serving, replace(CHURN, model="by_hand"))

    found = list(serving.lists.registered(CHURN.project, REGION))

    assert [(version.name, version.labels) for version in found] == [(ours.name, ours.labels)]


def test_registered_versions_are_found_by_their_datasets_mark(serving: ServingWorld) -> None:
    serving.make_dataset("scratch")
    ours = marked(serving, CHURN)
    marked(serving, replace(CHURN, dataset="scratch"))

    found = serving.lists.registered(CHURN.project, REGION, name_label(CHURN.dataset))

    assert [version.name for version in found] == [ours.name]


def test_of_several_versions_of_one_id_the_default_one_is_listed(serving: ServingWorld) -> None:
    first = marked(serving, CHURN, "family")
    marked(serving, replace(CHURN, model="churn_2"), "family")

    found = list(serving.lists.registered(CHURN.project, REGION))

    assert [version.name for version in found] == [first.name]


def test_another_region_or_project_has_none_of_them(serving: ServingWorld) -> None:
    marked(serving, CHURN)

    assert list(serving.lists.registered(CHURN.project, "europe-west4")) == []
    assert list(serving.lists.registered("elsewhere-1", REGION)) == []


def test_the_jobs_that_made_models_are_listed_newest_first(serving: ServingWorld) -> None:
    upsell = replace(CHURN, model="upsell")
    jobs = {name: serving.train(name, {"team": name.model}) for name in (CHURN, upsell)}

    made = [
        job for job in serving.lists.jobs(CHURN.project, LONG_AGO) if isinstance(job, CreatingJob)
    ]

    assert {job.model: job.origin.job for job in made} == jobs
    assert {job.origin.labels["team"] for job in made} == {"churn", "upsell"}
    assert {job.origin.creator for job in made} == {"ana@example.com"}
    assert [job.time.begun for job in made] == sorted((j.time.begun for j in made), reverse=True)
    for job in made:
        model = serving.catalog.get(job.model)
        assert model is not None
        assert job.time.spans(model.created)


def test_jobs_from_before_are_not_listed(serving: ServingWorld) -> None:
    serving.train(CHURN, {})

    assert list(serving.lists.jobs(CHURN.project, FAR_AHEAD)) == []


def test_the_jobs_of_a_project_without_jobs_are_none(serving: ServingWorld) -> None:
    assert list(serving.lists.jobs("elsewhere-1", LONG_AGO)) == []
