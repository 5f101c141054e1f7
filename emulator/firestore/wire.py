"""Firestore over gRPC: which method of the API does what."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import grpc
from google.cloud.firestore_admin_v1 import types as admin
from google.cloud.firestore_v1 import types

from emulator.cloud import Environment
from emulator.errors import invalid
from emulator.firestore.admin_api import AdminApi
from emulator.firestore.commits import Commits
from emulator.firestore.listing import Listing
from emulator.firestore.reads import Reads
from emulator.firestore.service import Firestore
from emulator.grpc_wire import Unary, raw_type, unary_service

FIRESTORE = "google.firestore.v1.Firestore"
ADMIN = "google.firestore.admin.v1.FirestoreAdmin"

# https://cloud.google.com/firestore/quotas#writes_and_transactions
MAX_REQUEST_BYTES = 10 * 1024 * 1024
STREAMED = {"BatchGetDocuments", "RunQuery", "RunAggregationQuery"}

Row = tuple[Any, Callable[[Any], Any], str]


def firestore_services(env: Environment, firestore: Firestore) -> list[grpc.GenericRpcHandler]:
    """Documents, and the administration of databases, on one port."""
    return [
        _service(env, FIRESTORE, _document_rows(firestore)),
        _service(env, ADMIN, _admin_rows(firestore)),
    ]


def _service(env: Environment, name: str, rows: dict[str, Row]) -> grpc.GenericRpcHandler:
    return unary_service(
        env, name, {method: _locked(env, method, *row) for method, row in rows.items()}
    )


def _document_rows(firestore: Firestore) -> dict[str, Row]:
    reads, commits = Reads(firestore), Commits(firestore)
    listing = Listing(firestore, reads)
    parent, database = "parent", "database"
    return {
        "GetDocument": (types.GetDocumentRequest, reads.get, "name"),
        "BatchGetDocuments": (types.BatchGetDocumentsRequest, reads.batch_get, database),
        "RunQuery": (types.RunQueryRequest, reads.run_query, parent),
        "RunAggregationQuery": (types.RunAggregationQueryRequest, reads.run_aggregation, parent),
        "ListDocuments": (types.ListDocumentsRequest, listing.documents, parent),
        "ListCollectionIds": (types.ListCollectionIdsRequest, listing.collections, parent),
        "Commit": (types.CommitRequest, commits.commit, database),
        "BatchWrite": (types.BatchWriteRequest, commits.batch_write, database),
        "CreateDocument": (types.CreateDocumentRequest, commits.create, parent),
        "UpdateDocument": (types.UpdateDocumentRequest, commits.update, "document.name"),
        "DeleteDocument": (types.DeleteDocumentRequest, commits.delete, "name"),
        "BeginTransaction": (types.BeginTransactionRequest, commits.begin, database),
        "Rollback": (types.RollbackRequest, commits.rollback, database),
    }


def _admin_rows(firestore: Firestore) -> dict[str, Row]:
    api = AdminApi(firestore)
    return {
        "CreateDatabase": (admin.CreateDatabaseRequest, api.create_database, "parent"),
        "GetDatabase": (admin.GetDatabaseRequest, api.get_database, "name"),
        "ListDatabases": (admin.ListDatabasesRequest, api.list_databases, "parent"),
        "DeleteDatabase": (admin.DeleteDatabaseRequest, api.delete_database, "name"),
        "CreateIndex": (admin.CreateIndexRequest, api.create_index, "parent"),
        "GetIndex": (admin.GetIndexRequest, api.get_index, "name"),
        "ListIndexes": (admin.ListIndexesRequest, api.list_indexes, "parent"),
        "DeleteIndex": (admin.DeleteIndexRequest, api.delete_index, "name"),
        "GetField": (admin.GetFieldRequest, api.get_field, "name"),
        "UpdateField": (admin.UpdateFieldRequest, api.update_field, "field.name"),
    }


def _locked(
    env: Environment, method: str, request: Any, effect: Callable[[Any], Any], resource: str
) -> Unary:
    """A method whose effect needs the lock; `resource` is the path of the request's resource."""

    def locked(message: Any, _: Any) -> Any:
        if message.ByteSize() > MAX_REQUEST_BYTES:
            raise invalid(f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes.")
        with env.lock:
            answer = effect(message)
            if method in STREAMED:
                return answer
            # What is kept may change later: what is answered is how it is now.
            copy = type(answer)()
            copy.CopyFrom(answer)
            return copy

    return Unary(
        raw_type(request),
        Any,
        locked,
        operator.attrgetter(resource),
        streamed=method in STREAMED,
    )
