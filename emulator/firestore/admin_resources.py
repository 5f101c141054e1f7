"""Databases, indexes and settings of fields: filled in and checked, as the Admin API has them.

Rules: the definitions of google.firestore.admin.v1 and
https://cloud.google.com/firestore/docs/query-data/indexing
"""

from __future__ import annotations

import uuid
from typing import Any

from google.cloud.firestore_admin_v1 import types as admin
from google.protobuf import json_format

from emulator.errors import invalid, unimplemented
from emulator.firestore.field_paths import parse
from emulator.firestore.names import check_database, check_id, check_new_database
from emulator.grpc_wire import raw_type

Info = raw_type(admin.Database)
Index = raw_type(admin.Index)
Field = raw_type(admin.Field)
# assumed: where a database is whose state does not say.
LOCATION = "nam5"
# What the Admin API calls all collection groups, and all fields.
DEFAULT_GROUP, ALL_FIELDS = "__default__", "*"


def fill_info(info: Any, now: Any) -> Any:
    """The database as the service keeps it; what is not served is refused by name."""
    if info.type_ == Info.DATASTORE_MODE:
        raise unimplemented("databases in Datastore mode")
    if info.database_edition == Info.ENTERPRISE:
        raise unimplemented("databases of the Enterprise edition")
    if info.point_in_time_recovery_enablement == Info.POINT_IN_TIME_RECOVERY_ENABLED:
        raise unimplemented("point-in-time recovery")
    check_new_database(check_database(info.name).split("/")[3], info.location_id)
    info.uid = info.uid or str(uuid.uuid4())
    for name in ("create_time", "update_time"):
        if not info.HasField(name):
            getattr(info, name).CopyFrom(now)
    info.database_edition = Info.STANDARD
    info.type_ = Info.FIRESTORE_NATIVE
    info.concurrency_mode = info.concurrency_mode or Info.PESSIMISTIC
    info.app_engine_integration_mode = Info.AppEngineIntegrationMode.DISABLED
    info.point_in_time_recovery_enablement = Info.POINT_IN_TIME_RECOVERY_DISABLED
    info.delete_protection_state = info.delete_protection_state or Info.DELETE_PROTECTION_DISABLED
    return info


def read_info(state: dict[str, Any], now: Any) -> Any:
    """A database from its JSON, which needs the name alone."""
    return fill_info(json_format.ParseDict({"locationId": LOCATION, **state}, Info()), now)


def fill_index(index: Any) -> Any:
    """A composite index as the service keeps it, ready at once."""
    if not index.fields:
        raise invalid("An index needs fields.")
    for field in index.fields:
        parse(field.field_path, with_name=True)
        if field.WhichOneof("value_mode") not in {"order", "array_config"}:
            raise unimplemented(f"indexes of {field.WhichOneof('value_mode')}")
    if len({field.field_path for field in index.fields} - {"__name__"}) < 2:
        raise invalid("this index is not necessary, configure using single field index controls")
    if index.query_scope not in {Index.COLLECTION, Index.COLLECTION_GROUP}:
        raise invalid("query_scope is COLLECTION or COLLECTION_GROUP.")
    index.state = Index.READY
    return index


def read_index(state: dict[str, Any], database: str) -> Any:
    """An index from its JSON, with its name, or with `collectionGroup`, `queryScope` and `fields`."""
    given = dict(state)
    group = given.pop("collectionGroup", "")
    index = json_format.ParseDict({"queryScope": "COLLECTION", **given}, Index())
    index.name = index.name or index_name(database, group)
    check_group(index.name, "indexes", database)
    return fill_index(index)


def index_name(database: str, group: str) -> str:
    """A name for a new index of a collection group."""
    return f"{database}/collectionGroups/{group}/indexes/{uuid.uuid4().hex[:12]}"


def read_field(state: dict[str, Any], database: str) -> Any:
    """Settings of a field from their JSON, with its name, or with `collectionGroup` and `field`."""
    given = dict(state)
    group, path = given.pop("collectionGroup", ""), given.pop("field", "")
    field = json_format.ParseDict(given, Field())
    field.name = field.name or f"{database}/collectionGroups/{group}/fields/{path}"
    return fill_field(field, database)


def fill_field(field: Any, database: str) -> Any:
    """Settings of a field as the service keeps them; no `index_config` means the automatic indexes."""
    check_group(field.name, "fields", database)
    _, path = field_key(field.name)
    if path != ALL_FIELDS:
        parse(path)
    for index in field.index_config.indexes:
        if not index.fields:
            index.fields.add(order="ASCENDING")
        index.fields[0].field_path = path
        index.query_scope = index.query_scope or Index.COLLECTION
        index.state = Index.READY
    if field.HasField("ttl_config"):
        field.ttl_config.state = Field.TtlConfig.ACTIVE
    return field


def field_key(name: str) -> tuple[str, str]:
    """Collection group and path in the name of a field."""
    parts = name.split("/", 7)
    return parts[5], parts[7]


def check_group(name: str, collection: str, database: str = "") -> str:
    """The name, if it is `DATABASE/collectionGroups/GROUP/<collection>/ID`."""
    parts = name.split("/", 7)
    good = len(parts) == 8 and parts[4] == "collectionGroups" and parts[6] == collection
    if not good or not parts[7] or (database and "/".join(parts[:4]) != database):
        raise invalid(f'Invalid resource name "{name}".')
    if parts[5] != DEFAULT_GROUP:
        check_id(parts[5], "Collection")
    return name
