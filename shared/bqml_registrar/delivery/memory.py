"""The document of one model in one delivery: read once, and written with what was read in mind."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, Stored
from bqml_registrar.names import ModelName
from bqml_registrar.ports import Ports
from bqml_registrar.resources.models import BigQueryModel, Origin


class Memory:
    """What the store holds of one model; `name` is asked when the document is first needed.

    By then the model is read, and its name is the one that BigQuery answers with.
    """

    def __init__(self, name: Callable[[], ModelName], ports: Ports) -> None:
        self._name = name
        self._ports = ports
        self._stored: Stored | None = None
        # Whether this delivery has written, so that others that read before it have to look again.
        self.has_written = False

    @property
    def stored(self) -> Stored:
        """The document as read or last written; one that only awaits its removal counts as absent."""
        if self._stored is None:
            found = self._ports.store.get(self._name())
            document = found.document
            if document and document.is_expired(self._ports.clock.now()):
                found = replace(found, document=None)
            self._stored = found
        return self._stored

    @property
    def document(self) -> ModelDocument | None:
        """The document; None if there is none."""
        return self.stored.document

    def write(self, document: ModelDocument) -> None:
        """Store the document; StaleError if another delivery has stored one since ours was read."""
        written = replace(document, token=self._ports.store.new_id())
        self._stored = self._ports.store.put(written, self.stored)
        self.has_written = True

    def origin_of(self, model: BigQueryModel) -> Origin | None:
        """The creating job of a registered model, if it was found before."""
        document = self.document if model.registered_as else None
        known = document is not None and document.generation == model.generation
        return document.origin if document and known else None

    def read_again(self) -> ModelDocument | None:
        """The document as it is now."""
        self._stored = None
        return self.document
