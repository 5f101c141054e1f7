"""Firestore's Admin API: databases, composite indexes, settings of fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud.firestore_admin_v1 import types as admin

from tests.emulator.firestore_server import NAME, PROJECT, Served, ids, where

PARENT = f"projects/{PROJECT}"
GROUP = f"{NAME}/collectionGroups/models"
LATEST = admin.Index(
    query_scope="COLLECTION",
    fields=[
        {"field_path": "state", "order": "ASCENDING"},
        {"field_path": "seen", "order": "DESCENDING"},
    ],
)


def create(store: Served, database_id: str = "cleanup", **fields: Any) -> Any:
    database = {"location_id": "eur3", "type_": "FIRESTORE_NATIVE", **fields}
    return store.admin.create_database(
        request={"parent": PARENT, "database": database, "database_id": database_id}
    ).result(timeout=5)


def test_a_database_is_there_when_it_has_been_created(store: Served) -> None:
    with pytest.raises(exceptions.NotFound):
        store.another("cleanup").document("plans/1").set({})
    made = create(store)
    store.another("cleanup").document("plans/1").set({})

    assert (made.name, made.location_id) == (f"{PARENT}/databases/cleanup", "eur3")
    assert store.admin.get_database(name=made.name) == made
    found = store.admin.list_databases(parent=PARENT).databases
    assert [each.name.rpartition("/")[2] for each in found] == ["cleanup", "registry"]
    assert ids(store.client.collections()) == []


def test_the_default_database_has_to_be_created_too(store: Served) -> None:
    with pytest.raises(exceptions.NotFound, match=r"The database \(default\) does not exist"):
        store.another("(default)").document("plans/1").get()
    create(store, "(default)")

    assert not store.another("(default)").document("plans/1").get().exists


@pytest.mark.parametrize(
    ("database_id", "fields", "error"),
    [
        ("registry", {}, exceptions.AlreadyExists),
        ("abc", {}, exceptions.InvalidArgument),
        ("Registry", {}, exceptions.InvalidArgument),
        ("01234567-89ab-cdef-0123-456789abcdef", {}, exceptions.InvalidArgument),
        ("a1234567-89ab-cdef-0123-456789abcdef", {}, exceptions.InvalidArgument),
        ("cleanup", {"location_id": "EU"}, exceptions.InvalidArgument),
        ("cleanup", {"location_id": ""}, exceptions.InvalidArgument),
        ("cleanup", {"type_": "DATASTORE_MODE"}, exceptions.MethodNotImplemented),
        ("cleanup", {"database_edition": "ENTERPRISE"}, exceptions.MethodNotImplemented),
    ],
    ids=[
        "taken", "short", "capital", "digit-first", "uuid", "multi-region-of-bigquery",
        "no-location", "datastore", "enterprise",
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_is_refused(
    store: Served, database_id: str, fields: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        create(store, database_id, **fields)
    assert list(store.service.databases) == [NAME]


def test_a_deleted_database_is_gone_with_its_documents(store: Served) -> None:
    store.model().set({})
    store.admin.delete_database(name=NAME).result(timeout=5)

    with pytest.raises(exceptions.NotFound):
        store.model().get()
    with pytest.raises(exceptions.NotFound):
        store.admin.get_database(name=NAME)
    create(store, "registry")
    assert ids(store.client.collection("models").stream()) == []


def test_a_protected_database_is_not_deleted(store: Served) -> None:
    made = create(store, delete_protection_state="DELETE_PROTECTION_ENABLED")

    with pytest.raises(exceptions.FailedPrecondition):
        store.admin.delete_database(name=made.name)
    assert store.admin.get_database(name=made.name) == made


def latest(store: Served) -> Any:
    models = store.client.collection("models").where(filter=where("state", "==", "open"))
    return models.order_by("seen", direction="DESCENDING")


def test_an_index_serves_queries_until_it_is_deleted(store: Served) -> None:
    store.model().set({"state": "open", "seen": 1})
    made = store.admin.create_index(parent=GROUP, index=LATEST).result(timeout=5)
    found = ids(latest(store).stream())
    listed = list(store.admin.list_indexes(parent=GROUP))
    same = store.admin.get_index(name=made.name)
    store.admin.delete_index(name=made.name)

    assert (found, made.state) == (["churn"], admin.Index.State.READY)
    assert listed == [made] == [same]
    with pytest.raises(exceptions.FailedPrecondition, match="requires an index"):
        latest(store).get()


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (LATEST, exceptions.AlreadyExists),
        (
            admin.Index(query_scope="COLLECTION", fields=LATEST.fields[:1]),
            exceptions.InvalidArgument,
        ),
        (admin.Index(query_scope="COLLECTION"), exceptions.InvalidArgument),
        (admin.Index(fields=LATEST.fields[::-1]), exceptions.InvalidArgument),
    ],
    ids=["twice", "one-field", "no-field", "no-scope"],
)
def test_an_index_that_makes_no_sense_is_refused(
    store: Served, index: admin.Index, error: type[Exception]
) -> None:
    store.admin.create_index(parent=GROUP, index=LATEST)

    with pytest.raises(error):
        store.admin.create_index(parent=GROUP, index=index)
    assert len(list(store.admin.list_indexes(parent=GROUP))) == 1


def test_a_field_can_be_exempt_from_indexing_and_get_its_indexes_back(store: Served) -> None:
    store.model().set({"payload": 1})
    query = store.client.collection("models").where(filter=where("payload", "==", 1))
    field = {"name": f"{GROUP}/fields/payload"}
    mask = {"paths": ["index_config"]}
    exempt = admin.Field(**field, index_config=admin.Field.IndexConfig())
    store.admin.update_field(request={"field": exempt, "update_mask": mask})

    with pytest.raises(exceptions.FailedPrecondition, match="requires a COLLECTION_ASC index"):
        query.get()
    assert store.admin.get_field(name=field["name"]).index_config.indexes == []
    store.admin.update_field(request={"field": field, "update_mask": mask})
    assert ids(query.stream()) == ["churn"]


def test_a_collection_group_has_one_ttl_field(store: Served) -> None:
    def set_policy(field: str) -> None:
        wanted = admin.Field(name=f"{GROUP}/fields/{field}", ttl_config=admin.Field.TtlConfig())
        store.admin.update_field(
            request={"field": wanted, "update_mask": {"paths": ["ttl_config"]}}
        )

    set_policy("expires")
    set_policy("expires")

    with pytest.raises(exceptions.FailedPrecondition):
        set_policy("other")


MISSING: dict[str, Callable[[Any], Any]] = {
    "index": lambda api: api.get_index(name=f"{GROUP}/indexes/none"),
    "index-of-no-database": lambda api: api.list_indexes(
        parent=f"{PARENT}/databases/none/collectionGroups/models"
    ),
    "field-of-no-database": lambda api: api.get_field(
        name=f"{PARENT}/databases/none/collectionGroups/models/fields/f"
    ),
}


@pytest.mark.parametrize("call", MISSING.values(), ids=MISSING)
def test_what_is_not_there_is_not_found(store: Served, call: Callable[[Any], Any]) -> None:
    with pytest.raises(exceptions.NotFound):
        call(store.admin)
