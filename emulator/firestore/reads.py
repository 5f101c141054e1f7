"""Reads: documents by name and by query, now or in a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_v1 import types

from emulator.errors import not_found, unimplemented
from emulator.firestore.database import Database, Documents
from emulator.firestore.field_paths import Path, parse
from emulator.firestore.indexes import check_indexed
from emulator.firestore.names import check_document, database_of
from emulator.firestore.query import Query, read_query
from emulator.firestore.results import found, masked, shown_part
from emulator.firestore.service import Firestore
from emulator.firestore.transactions import Look, Transaction
from emulator.firestore.values import Value
from emulator.grpc_wire import raw_type

_BatchGet = raw_type(types.BatchGetDocumentsResponse)
_RunQuery = raw_type(types.RunQueryResponse)
_Aggregated = raw_type(types.RunAggregationQueryResponse)


@dataclass(frozen=True)
class View:
    """The documents that a request sees; `begun` is the transaction that it began."""

    documents: Documents
    transaction: Transaction | None = None
    begun: bytes = b""

    def note(self, look: Look) -> None:
        """Have the transaction's commit look again."""
        if self.transaction:
            self.transaction.reads.append(look)


class Reads:
    """Requests in, messages out; the caller holds the lock."""

    def __init__(self, firestore: Firestore) -> None:
        self._firestore = firestore

    def get(self, request: Any) -> Any:
        """GetDocument: the document, or NOT_FOUND."""
        check_document(request.name)
        database = self._firestore.database(database_of(request.name))
        view = self.view(request, database)
        view.note(_version_of(request.name))
        document = view.documents.get(request.name)
        if document is None:
            raise not_found(f'Document "{request.name}" not found.')
        return masked(document, mask_of(request))

    def batch_get(self, request: Any) -> list[Any]:
        """BatchGetDocuments: each document once, found or missing."""
        database = self._firestore.database(request.database)
        names = dict.fromkeys(check_document(name, database.name) for name in request.documents)
        view, mask = self.view(request, database), mask_of(request)
        answers = [self._batch_answer(view, name, mask) for name in names]
        if view.begun:
            answers = answers or [_BatchGet(read_time=self._firestore.moments.read())]
            answers[0].transaction = view.begun
        return answers

    def _batch_answer(self, view: View, name: str, mask: Iterable[Path] | None) -> Any:
        view.note(_version_of(name))
        document = view.documents.get(name)
        read_time = self._firestore.moments.read()
        if document is None:
            return _BatchGet(missing=name, read_time=read_time)
        return _BatchGet(found=masked(document, mask), read_time=read_time)

    def run_query(self, request: Any) -> list[Any]:
        """RunQuery: the results, or one answer without any."""
        query, view = self._asked(request, request.structured_query)
        read_time = self._firestore.moments.read()
        every = found(view.documents, query)
        documents = shown_part(every, query)
        answers = [_RunQuery(document=each, read_time=read_time) for each in documents]
        answers = answers or [_RunQuery(read_time=read_time)]
        answers[0].transaction = view.begun
        answers[0].skipped_results = min(query.offset, len(every))
        return answers

    def run_aggregation(self, request: Any) -> list[Any]:
        """RunAggregationQuery: counts alone."""
        wanted = request.structured_aggregation_query
        query, view = self._asked(request, wanted.structured_query)
        documents = shown_part(found(view.documents, query), query)
        answer = _Aggregated(read_time=self._firestore.moments.read(), transaction=view.begun)
        for number, each in enumerate(wanted.aggregations, start=1):
            if each.WhichOneof("operator") != "count":
                raise unimplemented(f"the aggregation {each.WhichOneof('operator')}")
            most = each.count.up_to.value or len(documents)
            count = Value(integer_value=min(len(documents), most))
            alias = each.alias or f"field_{number}"
            answer.result.aggregate_fields[alias].CopyFrom(count)
        return [answer]

    def _asked(self, request: Any, structured: Any) -> tuple[Query, View]:
        if request.HasField("explain_options"):
            raise unimplemented("explain_options")
        query = read_query(request.parent, structured)
        database = self._firestore.database(database_of(request.parent))
        check_indexed(database, query)
        view = self.view(request, database)
        view.note(lambda documents: _versions(found(documents, query)))
        return query, view

    def view(self, request: Any, database: Database) -> View:
        """What the request's consistency_selector lets it see."""
        selector = request.WhichOneof("consistency_selector")
        if selector == "read_time":
            raise unimplemented("reads at a read_time")
        transactions = self._firestore.transactions
        if selector == "new_transaction":
            made = transactions.begin(database, request.new_transaction)
            return View(made.documents, made, made.id)
        if selector == "transaction":
            used = transactions.use(database.name, request.transaction)
            return View(used.documents, used)
        return View(database.documents)


def mask_of(request: Any) -> tuple[Path, ...] | None:
    """The fields that an answer shows; None for all."""
    if not request.HasField("mask"):
        return None
    return tuple(parse(text) for text in request.mask.field_paths)


def _version_of(name: str) -> Look:
    def look(documents: Documents) -> Any:
        document = documents.get(name)
        return None if document is None else document.update_time.ToMicroseconds()

    return look


def _versions(documents: list[Any]) -> list[tuple[str, int]]:
    return [(each.name, each.update_time.ToMicroseconds()) for each in documents]
