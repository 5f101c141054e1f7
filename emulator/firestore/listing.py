"""The list calls, page by page.

Rules: google.firestore.v1.Firestore.ListDocuments and ListCollectionIds.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any

from google.cloud.firestore_v1 import types

from emulator.errors import invalid, unimplemented
from emulator.firestore.database import Documents
from emulator.firestore.names import check_id, check_parent, database_of
from emulator.firestore.reads import Reads, View, mask_of
from emulator.firestore.results import masked
from emulator.firestore.service import Firestore
from emulator.grpc_wire import raw_type

Document = raw_type(types.Document)
_Documents = raw_type(types.ListDocumentsResponse)
_Collections = raw_type(types.ListCollectionIdsResponse)
# assumed: the size of a page when the caller does not ask for one, and the greatest.
DEFAULT_PAGE, MAX_PAGE = 100, 300


class Listing:
    """Requests in, messages out; the caller holds the lock."""

    def __init__(self, firestore: Firestore, reads: Reads) -> None:
        self._firestore = firestore
        self._reads = reads

    def documents(self, request: Any) -> Any:
        """The documents of a collection in the order of their names; also those that are only parents."""
        check_parent(request.parent)
        check_id(request.collection_id, "Collection")
        if request.order_by not in {"", "__name__", "__name__ asc"}:
            raise unimplemented(f"ListDocuments ordered by {request.order_by!r}")
        if request.show_missing and request.order_by:
            raise invalid("show_missing goes without order_by.")
        view = self._view(request)
        prefix = f"{request.parent}/{request.collection_id}/"
        names = set(_directly_under(view.documents, prefix, with_missing=request.show_missing))
        view.note(lambda documents: _versions(documents, prefix))
        page, token = _page(names, request)
        mask = mask_of(request)
        shown = [masked(view.documents.get(name) or Document(name=name), mask) for name in page]
        return _Documents(documents=shown, next_page_token=token)

    def collections(self, request: Any) -> Any:
        """The IDs of the collections directly under a document or the root."""
        prefix = f"{check_parent(request.parent)}/"
        documents = self._view(request).documents
        ids = {
            name.removeprefix(prefix).partition("/")[0]
            for name in documents
            if name.startswith(prefix)
        }
        page, token = _page(ids, request)
        return _Collections(collection_ids=page, next_page_token=token)

    def _view(self, request: Any) -> View:
        return self._reads.view(request, self._firestore.database(database_of(request.parent)))


def _directly_under(documents: Documents, prefix: str, *, with_missing: bool) -> Iterator[str]:
    for name in documents:
        document_id, _, below = name.removeprefix(prefix).partition("/")
        if name.startswith(prefix) and (with_missing or not below):
            yield prefix + document_id


def _versions(documents: Documents, prefix: str) -> list[tuple[str, int]]:
    names = sorted(set(_directly_under(documents, prefix, with_missing=True)))
    here = ((name, documents.get(name)) for name in names)
    return [(name, found.update_time.ToMicroseconds() if found else 0) for name, found in here]


def _page(items: Iterable[str], request: Any) -> tuple[list[str], str]:
    """Items in ascending order after the token's, and the next token ("" at the end)."""
    if request.page_size < 0:
        raise invalid(f"page_size is not negative: {request.page_size}.")
    last = _read(request.page_token)
    rest = sorted((item for item in items if item.encode() > last), key=str.encode)
    size = min(request.page_size or DEFAULT_PAGE, MAX_PAGE)
    more = len(rest) > size
    return rest[:size], base64.urlsafe_b64encode(rest[size - 1].encode()).decode() if more else ""


def _read(token: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(token)
    except binascii.Error as error:
        raise invalid(f"Invalid page token given: {token}.") from error
