"""What the use cases rely on, on the fakes and on the real adapters: see worlds.py."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.messages.outgoing import Message
from bqml_registrar.names import VertexName
from bqml_registrar.resources.models import BigQueryModel, Dataset, ModelVersion
from local.control import Control
from local.processes import Addresses
from tests.builders import CHURN
from tests.contract.worlds import TOPIC, FakeWorld, RealWorld, World

VERTEX_ID = "prod_sales-churn"
PARENT = VertexName(project=CHURN.project, region="us-central1", model_id=VERTEX_ID)


@pytest.fixture(params=["fakes", "adapters"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fakes":
        return FakeWorld()
    addresses: Addresses = request.getfixturevalue("local_cloud")
    control: Control = request.getfixturevalue("control")
    return RealWorld(addresses, control)


def trained(world: World) -> BigQueryModel:
    world.train(CHURN, {})
    model = world.catalog.get(CHURN)
    assert model is not None
    return model


def registered(world: World) -> ModelVersion:
    world.catalog.patch(trained(world), {}, VERTEX_ID)
    version = world.registry.get(PARENT.at("1"))
    assert version is not None
    return version


def test_a_model_that_does_not_exist_is_none(world: World) -> None:
    assert world.catalog.get(CHURN) is None


def test_a_fresh_model_shows_type_place_and_no_registration(world: World) -> None:
    model = trained(world)

    assert (model.name, model.location, model.model_type) == (CHURN, "US", "LINEAR_REGRESSION")
    assert (model.labels, model.registered_as, model.vertex_version) == ({}, "", "")
    assert not model.is_remote


def test_a_patch_merges_labels_and_none_removes_one(world: World) -> None:
    model = world.catalog.patch(trained(world), {"a": "1", "b": "2"})

    patched = world.catalog.patch(model, {"a": None, "c": "3"})

    read = world.catalog.get(CHURN)
    assert patched.labels == {"b": "2", "c": "3"}
    assert read is not None
    assert read.labels == patched.labels


def test_a_patch_of_what_changed_meanwhile_is_stale(world: World) -> None:
    model = trained(world)
    world.catalog.patch(model, {"a": "1"})

    with pytest.raises(StaleError):
        world.catalog.patch(model, {"a": "2"})


def test_a_patch_of_a_model_that_never_was_is_stale(world: World) -> None:
    model = replace(trained(world), name=replace(CHURN, model="gone"))

    with pytest.raises(StaleError):
        world.catalog.patch(model, {"a": "2"})


def test_a_patch_with_a_vertex_id_registers_version_1_with_the_default_alias(world: World) -> None:
    world.catalog.patch(trained(world), {"k": "v"}, VERTEX_ID)

    model = world.catalog.get(CHURN)
    version = world.registry.get(PARENT.at("1"))
    assert model is not None
    assert version is not None
    assert (model.registered_as, model.vertex_version) == (VERTEX_ID, "1")
    assert model.labels == {"k": "v"}
    assert (version.name, version.aliases) == (PARENT.at("1"), ("default",))


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


def test_a_datasets_labels_and_location_are_read(world: World) -> None:
    world.train(CHURN, {})
    world.label_dataset(CHURN, {"stage": "prod"})

    assert world.catalog.dataset(CHURN) == Dataset(location="US", labels={"stage": "prod"})


def test_a_job_tells_which_model_it_created(world: World) -> None:
    job = world.train(CHURN, {})

    assert world.catalog.created_by_job(job, "US") == CHURN
    assert world.catalog.created_by_job(replace(job, job="no_such_job"), "US") is None


@pytest.mark.parametrize("named", [True, False], ids=["named by the event", "from the history"])
def test_the_creating_job_tells_creator_and_labels(world: World, named: bool) -> None:
    job = world.train(CHURN, {"vertex": "register"})
    model = world.catalog.get(CHURN)
    assert model is not None

    origin = world.catalog.origin(model, job if named else None)

    assert origin is not None
    assert (origin.job, origin.creator) == (job, "ana@example.com")
    assert origin.labels == {"vertex": "register"}


def test_messages_arrive_with_attributes_and_ordering_key_in_one_call(world: World) -> None:
    messages = [Message(str(n).encode(), {"n": str(n)}, "key") for n in range(3)]

    world.publisher.publish(TOPIC, messages)

    assert world.received() == [(str(n).encode(), {"n": str(n)}, "key") for n in range(3)]
