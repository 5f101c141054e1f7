"""The Admin API: databases, composite indexes and settings of fields.

Rules: google.firestore.admin.v1.FirestoreAdmin. Every operation is done when it is answered.
"""

from __future__ import annotations

import itertools
from typing import Any

from google.cloud.firestore_admin_v1 import types as admin
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2

from emulator.errors import (
    already_exists,
    failed_precondition,
    invalid,
    not_found,
    unimplemented,
)
from emulator.firestore import admin_resources as resources
from emulator.firestore.database import Database
from emulator.firestore.service import Firestore
from emulator.grpc_wire import raw_type

_Databases = raw_type(admin.ListDatabasesResponse)
_Indexes = raw_type(admin.ListIndexesResponse)
_Database = resources.Info


class AdminApi:
    """Requests in, messages out; the caller holds the lock."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore
        self._numbers = itertools.count(1)

    def create_database(self, request: Any) -> Any:
        """A new database, empty."""
        info = _Database()
        info.CopyFrom(request.database)
        info.name = f"{request.parent}/databases/{request.database_id}"
        now = self._firestore.moments.read()
        resources.fill_info(info, now)
        if info.name in self._firestore.databases:
            raise already_exists("Database already exists. Please use another database_id")
        self._firestore.databases[info.name] = Database(info)
        return self._done(info.name, raw_type(admin.CreateDatabaseMetadata)(), info)

    def get_database(self, request: Any) -> Any:
        """What is known of a database."""
        return self._firestore.database(request.name).info

    def list_databases(self, request: Any) -> Any:
        """The databases of a project."""
        found = [
            each.info
            for name, each in sorted(self._firestore.databases.items())
            if name.startswith(f"{request.parent}/databases/")
        ]
        return _Databases(databases=found)

    def delete_database(self, request: Any) -> Any:
        """The database is gone with all that is in it."""
        database = self._firestore.database(request.name)
        if request.etag:
            raise unimplemented("etags of databases")
        if database.info.delete_protection_state == _Database.DELETE_PROTECTION_ENABLED:
            raise failed_precondition("The database is protected from deletion.")
        del self._firestore.databases[request.name]
        return self._done(request.name, raw_type(admin.DeleteDatabaseMetadata)(), database.info)

    def create_index(self, request: Any) -> Any:
        """A composite index, ready at once."""
        database, group = self._group(request.parent)
        index = resources.Index()
        index.CopyFrom(request.index)
        index.name = resources.index_name(database.name, group)
        resources.fill_index(index)
        if any(_same_index(index, each, group) for each in database.indexes.values()):
            raise already_exists("index already exists")
        database.indexes[index.name] = index
        metadata = raw_type(admin.IndexOperationMetadata)(index=index.name)
        return self._done(database.name, metadata, index)

    def get_index(self, request: Any) -> Any:
        """A composite index."""
        return self._index(request.name)[1]

    def list_indexes(self, request: Any) -> Any:
        """The composite indexes of a collection group; `-` stands for all."""
        if request.filter or request.page_token:
            raise unimplemented("filters and pages of ListIndexes")
        database, group = self._group(request.parent)
        of_group = [
            index for name, index in database.indexes.items() if group in {"-", name.split("/")[5]}
        ]
        return _Indexes(indexes=of_group)

    def delete_index(self, request: Any) -> Any:
        """The index is gone."""
        database, index = self._index(request.name)
        del database.indexes[index.name]
        return empty_pb2.Empty()

    def get_field(self, request: Any) -> Any:
        """The settings of a field, also where nobody has made any."""
        resources.check_group(request.name, "fields")
        database = self._owner(request.name)
        key = resources.field_key(request.name)
        return database.fields.get(key) or resources.Field(name=request.name)

    def update_field(self, request: Any) -> Any:
        """Exempt a field from indexes or give it a TTL policy; an unset one is taken back."""
        resources.check_group(request.field.name, "fields")
        database = self._owner(request.field.name)
        key = resources.field_key(request.field.name)
        field = resources.Field()
        field.CopyFrom(self.get_field(request.field))
        for path in request.update_mask.paths or ("index_config",):
            if path not in {"index_config", "ttl_config"}:
                raise invalid(
                    f"update_mask of a field takes index_config and ttl_config, not {path}."
                )
            field.ClearField(path)
            if request.field.HasField(path):
                getattr(field, path).CopyFrom(getattr(request.field, path))
        resources.fill_field(field, database.name)
        self._check_one_policy(database, key, field)
        database.fields[key] = field
        self._firestore.expiry.watch_all(database)
        metadata = raw_type(admin.FieldOperationMetadata)(field=field.name)
        return self._done(database.name, metadata, field)

    def _check_one_policy(self, database: Database, key: tuple[str, str], field: Any) -> None:
        """A collection group has one TTL field."""
        others = (
            other
            for (group, path), other in database.fields.items()
            if group == key[0] and path != key[1] and other.HasField("ttl_config")
        )
        if field.HasField("ttl_config") and any(others):
            raise failed_precondition("The collection group has a TTL field already.")

    def _owner(self, name: str) -> Database:
        """The database that an index or a field belongs to."""
        return self._firestore.database("/".join(name.split("/")[:4]))

    def _group(self, parent: str) -> tuple[Database, str]:
        resources.check_group(f"{parent}/indexes/-", "indexes")
        return self._owner(parent), parent.split("/")[5]

    def _index(self, name: str) -> tuple[Database, Any]:
        resources.check_group(name, "indexes")
        database = self._owner(name)
        if name not in database.indexes:
            raise not_found(f"Index {name} not found.")
        return database, database.indexes[name]

    def _done(self, database: str, metadata: Any, response: Any) -> Any:
        operation = operations_pb2.Operation(
            name=f"{database}/operations/{next(self._numbers)}", done=True
        )
        operation.metadata.Pack(metadata)
        operation.response.Pack(response)
        return operation


def _same_index(one: Any, other: Any, group: str) -> bool:
    same_group = other.name.split("/")[5] == group and one.query_scope == other.query_scope
    return bool(same_group and list(one.fields) == list(other.fields))
