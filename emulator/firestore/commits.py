"""Writes: commits, all or nothing, and batches, each write for itself.

Rules: google.firestore.v1.Firestore.Commit and BatchWrite.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from google.cloud.firestore_v1 import types
from google.protobuf import empty_pb2
from google.rpc import status_pb2

from emulator.errors import ServiceError, invalid
from emulator.firestore.database import Database
from emulator.firestore.names import check_document, check_id, check_parent, database_of
from emulator.firestore.reads import mask_of
from emulator.firestore.results import masked
from emulator.firestore.service import Firestore
from emulator.firestore.writes import apply_write, check_precondition, written_name
from emulator.grpc_wire import raw_type

MAX_BATCH = 500

Write = raw_type(types.Write)
_CommitResponse = raw_type(types.CommitResponse)
_BatchWriteResponse = raw_type(types.BatchWriteResponse)
_Began = raw_type(types.BeginTransactionResponse)
_LETTERS = string.ascii_letters + string.digits


class Commits:
    """Requests in, messages out; the caller holds the lock."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore

    def commit(self, request: Any) -> Any:
        """All writes at one moment, or none."""
        database = self._firestore.database(request.database)
        if request.transaction:
            self._end(database, request)
        return self._commit(database, request.writes)

    def _end(self, database: Database, request: Any) -> None:
        """The transaction's last look; afterwards it is over, however it went."""
        transaction = self._firestore.transactions.use(database.name, request.transaction)
        self._firestore.transactions.end(transaction.id)
        if transaction.read_only and request.writes:
            raise invalid("Cannot modify entities in a read-only transaction.")
        if not transaction.read_only:
            transaction.check(database.documents)

    def _commit(self, database: Database, writes: Any) -> Any:
        names = [written_name(write, database.name) for write in writes]
        response = _CommitResponse(commit_time=self._firestore.moments.commit())
        changed: dict[str, Any] = {}
        for name, write in zip(names, writes, strict=True):
            current = changed[name] if name in changed else database.documents.get(name)
            check_precondition(write, current, self._firestore.env.settings)
            changed[name], result = apply_write(write, current, response.commit_time)
            response.write_results.append(result)
        for name, document in changed.items():
            self._store(database, name, document)
        self._firestore.moments.see(response.commit_time)
        return response

    def _store(self, database: Database, name: str, document: Any) -> None:
        if document is None:
            database.documents.pop(name, None)
        else:
            database.documents[name] = document
            self._firestore.expiry.watch(database, name)

    def batch_write(self, request: Any) -> Any:
        """Each write for itself, with its own status."""
        database = self._firestore.database(request.database)
        names = [written_name(write, database.name) for write in request.writes]
        if len(names) > MAX_BATCH:
            raise invalid(f"maximum {MAX_BATCH} writes allowed per request")
        if len(set(names)) < len(names):
            raise invalid("A document cannot be written to more than once in the same request.")
        response = _BatchWriteResponse()
        for write in request.writes:
            status, result = response.status.add(), response.write_results.add()
            try:
                result.CopyFrom(self._commit(database, [write]).write_results[0])
            except ServiceError as error:
                status.CopyFrom(status_pb2.Status(code=error.grpc.value[0], message=error.message))
        return response

    def create(self, request: Any) -> Any:
        """CreateDocument: a new document, under an ID that may be left to the service."""
        check_parent(request.parent)
        check_id(request.collection_id, "Collection")
        if request.document.name:
            raise invalid("The name of a document to create is given by parent, collection and ID.")
        document_id = request.document_id or _new_id()
        check_id(document_id, "Document")
        write = Write(update=request.document)
        write.update.name = f"{request.parent}/{request.collection_id}/{document_id}"
        write.current_document.exists = False
        return self._write(write, request)

    def update(self, request: Any) -> Any:
        """UpdateDocument: makes the document if no precondition keeps it from that."""
        write = Write(update=request.document)
        for name, target in (
            ("update_mask", write.update_mask),
            ("current_document", write.current_document),
        ):
            if request.HasField(name):
                target.CopyFrom(getattr(request, name))
        return self._write(write, request)

    def _write(self, write: Any, request: Any) -> Any:
        name = check_document(write.update.name)
        database = self._firestore.database(database_of(name))
        mask = mask_of(request)
        self._commit(database, [write])
        return masked(database.documents[name], mask)

    def delete(self, request: Any) -> Any:
        """DeleteDocument: also of a document that is not there."""
        write = Write(delete=check_document(request.name))
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        self._commit(self._firestore.database(database_of(request.name)), [write])
        return empty_pb2.Empty()

    def begin(self, request: Any) -> Any:
        """BeginTransaction."""
        database = self._firestore.database(request.database)
        begun = self._firestore.transactions.begin(database, request.options)
        return _Began(transaction=begun.id)

    def rollback(self, request: Any) -> Any:
        """Rollback: the transaction is over."""
        database = self._firestore.database(request.database)
        transaction = self._firestore.transactions.use(database.name, request.transaction)
        self._firestore.transactions.end(transaction.id)
        return empty_pb2.Empty()


def _new_id() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(20))
