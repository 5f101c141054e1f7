"""The registry, on the fakes and on the real adapter: see worlds.py."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.resources.models import ModelVersion
from tests.builders import CHURN
from tests.contract.worlds import PARENT, VERTEX_ID, World, trained


def registered(world: World) -> ModelVersion:
    world.catalog.patch(trained(world), {}, VERTEX_ID)
    version = world.registry.get(PARENT.at("1"))
    assert version is not None
    return version


def test_the_name_without_a_number_means_the_default_version(world: World) -> None:
    version = registered(world)

    found = world.registry.get(PARENT)

    assert found is not None
    assert found.labels == version.labels


def test_a_version_that_does_not_exist_is_none(world: World) -> None:
    assert world.registry.get(PARENT) is None
    assert world.registry.get(PARENT.at("7")) is None


def test_labels_and_description_of_a_version_are_set(world: World) -> None:
    updated = world.registry.update(registered(world), {"team": "growth"}, "Trained by Ana")

    read = world.registry.get(PARENT.at("1"))
    assert read == updated
    assert (updated.labels, updated.description) == ({"team": "growth"}, "Trained by Ana")


def test_an_update_of_what_a_person_changed_meanwhile_is_stale(world: World) -> None:
    version = registered(world)
    world.label_by_hand(version.name)

    with pytest.raises(StaleError):
        world.registry.update(version, {"team": "growth"}, "")


def test_two_updates_in_a_row_need_no_read_between_them(world: World) -> None:
    first = world.registry.update(registered(world), {"a": "1"}, "")
    second = world.registry.merge_aliases(first, ["prod"])

    third = world.registry.update(second, {"a": "2"}, "")

    assert third.labels == {"a": "2"}
    assert set(third.aliases) == {"default", "prod"}


def test_an_alias_in_use_moves_here(world: World) -> None:
    world.registry.merge_aliases(registered(world), ["prod"])
    other = replace(CHURN, model="churn_2")
    world.train(other, {})
    second = world.catalog.get(other)
    assert second is not None
    world.catalog.patch(second, {}, VERTEX_ID)
    newer = world.registry.get(PARENT.at("2"))
    assert newer is not None

    world.registry.merge_aliases(newer, ["prod"])

    older, newer = world.registry.get(PARENT.at("1")), world.registry.get(PARENT.at("2"))
    assert older is not None
    assert newer is not None
    assert older.aliases == ("default",)
    assert newer.aliases == ("prod",)


def test_an_alias_is_taken_away_and_one_that_is_not_there_is_no_error(world: World) -> None:
    version = world.registry.merge_aliases(registered(world), ["prod", "next"])

    left = world.registry.merge_aliases(version, ["beta"], ["prod", "never-there"])

    assert set(left.aliases) == {"default", "next", "beta"}


def test_all_versions_of_a_model_are_listed_with_labels_and_aliases(world: World) -> None:
    first = world.registry.merge_aliases(registered(world), ["prod"])
    other = replace(CHURN, model="churn_2")
    world.train(other, {})
    second = world.catalog.get(other)
    assert second is not None
    world.catalog.patch(second, {}, VERTEX_ID)

    listed = {version.name: version for version in world.registry.versions(PARENT)}

    assert set(listed) == {PARENT.at("1"), PARENT.at("2")}
    assert set(listed[first.name].aliases) == {"default", "prod"}


def test_a_model_that_does_not_exist_has_no_versions(world: World) -> None:
    assert not world.registry.versions(PARENT)


def test_the_description_of_the_model_shows_on_its_versions_beside_their_own(
    world: World,
) -> None:
    version = world.registry.update(registered(world), {"team": "growth"}, "of the version")
    model = world.registry.get(PARENT)
    assert model is not None

    world.registry.describe_model(model, "of the model")

    read = world.registry.get(version.name)
    assert read is not None
    assert (read.description, read.model_description) == ("of the version", "of the model")
    assert read.labels == {"team": "growth"}


def test_a_description_of_a_model_that_changed_meanwhile_is_stale(world: World) -> None:
    registered(world)
    model = world.registry.get(PARENT)
    assert model is not None
    world.registry.describe_model(model, "first")

    with pytest.raises(StaleError):
        world.registry.describe_model(model, "second")
