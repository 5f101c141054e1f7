"""Firestore as the store: documents with preconditions, no transactions (docs/adr/0012).

The package takes a tenth of a second to import. It is imported when a rule has matched, on a thread of
its own, and never for an event that is ignored or skipped.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from google.api_core.client_info import ClientInfo
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound

from bqml_registrar import AGENT, VERSION
from bqml_registrar.adapters.documents import decoded, encoded
from bqml_registrar.adapters.faults import translated
from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.model_document import ModelDocument, Stored
from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.reasons import Reason

_CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}
_MODELS = "models"
_DATASETS = "datasets"
_LOST_RACE = (AlreadyExists, FailedPrecondition, NotFound)


@contextmanager
def _read() -> Iterator[None]:
    """Translate errors of a read: what is not found is the database, as a document may be missing."""
    with translated():
        try:
            yield
        except NotFound as error:
            raise PermanentError(Reason.REFUSED_BY_SERVICE, str(error)) from error


class FirestoreStore:
    """The port `Store` on google-cloud-firestore.

    The official client reads the address of an emulator from the environment itself.
    """

    def __init__(self, project: str, database: str) -> None:
        self._project = project
        self._database = database
        self._made: Any = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Import and connect on another thread; a call that comes earlier waits for it."""
        if self._made is None:
            threading.Thread(target=self._load, daemon=True).start()

    def _load(self) -> None:
        # An error here happens again in the call that needs the client, and is reported there.
        with suppress(Exception):
            self._client  # noqa: B018 - makes it

    @property
    def _client(self) -> Any:
        """The official client, made once."""
        with self._lock:
            if self._made is None:
                from google.cloud import firestore  # noqa: PLC0415 - see the module's docstring

                info = ClientInfo(user_agent=f"{AGENT}/{VERSION}")
                self._made = firestore.Client(
                    project=self._project, database=self._database, client_info=info
                )
            return self._made

    def new_id(self) -> str:
        """16 random bytes as hexadecimal digits."""
        return secrets.token_hex(16)

    def get(self, name: ModelName) -> Stored:
        """BatchGetDocuments of one document."""
        with _read():
            found = self._reference(name).get(**_CALL)
        if not found.exists:
            return Stored()
        return Stored(
            document=decoded(found.to_dict() or {}, ModelDocument), revision=found.update_time
        )

    def get_all(self, names: Sequence[ModelName]) -> Mapping[ModelName, ModelDocument]:
        """BatchGetDocuments."""
        if not names:
            return {}
        with _read():
            references = [self._reference(name) for name in names]
            found = list(self._client.get_all(references, **_CALL))
        read = [_of_this_release(each.to_dict() or {}) for each in found if each.exists]
        return {document.name: document for document in read if document}

    def put(self, document: ModelDocument, over: Stored) -> Stored:
        """Commit with a precondition: on the update time as read, or on there being no document."""
        reference, data = self._reference(document.name), encoded(document)
        data |= {
            "dataset": _dataset_key(document.name),
            "open": document.is_open,
            "gone": document.gone_at is not None,
        }
        try:
            with translated():
                try:
                    if over.revision is None:
                        written = reference.create(data, **_CALL)
                    else:
                        option = self._client.write_option(last_update_time=over.revision)
                        written = reference.update(data, option=option, **_CALL)
                except _LOST_RACE as error:
                    raise StaleError(str(error)) from error
        except RetryableError:
            # The answer may be lost, not the write: its token tells.
            found = self.get(document.name)
            if found.document and found.document.token == document.token:
                return found
            raise
        return Stored(document=document, revision=written.update_time)

    def open_models(self, dataset: DatasetName) -> Iterator[ModelName]:
        """RunQuery by two equalities."""
        return self._names(dataset, "open", is_set=True)

    def known_models(self, dataset: DatasetName) -> Iterator[ModelName]:
        """RunQuery by two equalities."""
        return self._names(dataset, "gone", is_set=False)

    def _names(self, dataset: DatasetName, field: str, *, is_set: bool) -> Iterator[ModelName]:
        from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

        query = (
            self._client.collection(_MODELS)
            .where(filter=FieldFilter("dataset", "==", str(dataset)))
            .where(filter=FieldFilter(field, "==", is_set))
            .select(["name"])
        )
        with _read():
            for found in query.stream(**_CALL):
                # A document that no release wrote names no model.
                with suppress(msgspec.ValidationError):
                    yield msgspec.convert((found.to_dict() or {}).get("name"), ModelName)

    def dataset(self, name: DatasetName) -> DatasetDocument | None:
        """BatchGetDocuments of one document."""
        with _read():
            found = self._client.document(_DATASETS, _digest(str(name))).get(**_CALL)
        return decoded(found.to_dict() or {}, DatasetDocument) if found.exists else None

    def put_dataset(self, document: DatasetDocument) -> None:
        """Commit without a precondition: the last sweep to end is the last one that counts."""
        with translated():
            reference = self._client.document(_DATASETS, _digest(str(document.name)))
            reference.set(encoded(document), **_CALL)

    def _reference(self, name: ModelName) -> Any:
        return self._client.document(_MODELS, _digest(str(name)))


def _of_this_release(fields: Mapping[str, Any]) -> ModelDocument | None:
    """The document; None for one of a later release, which fails when its model is handled."""
    with suppress(PermanentError):
        return decoded(fields, ModelDocument)
    return None


def _dataset_key(name: ModelName) -> str:
    return str(DatasetName(project=name.project, dataset=name.dataset))


def _digest(name: str) -> str:
    """The id of a document: names may be longer than the 1,500 bytes that an id may have."""
    return hashlib.sha256(name.encode()).hexdigest()
