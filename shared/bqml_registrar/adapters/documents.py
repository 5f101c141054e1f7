"""Documents as Firestore's fields, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bqml_registrar.bookkeeping.model_document import SCHEMA
from bqml_registrar.errors import PermanentError
from bqml_registrar.reasons import Reason

T = TypeVar("T", bound=Struct)


def encoded(document: Struct) -> dict[str, Any]:
    """The document's fields; times stay times, as TTL needs them."""
    return msgspec.to_builtins(document, builtin_types=(datetime,))


def decoded(fields: Mapping[str, Any], kind: type[T]) -> T | None:
    """The document in fields; None for fields that no release has written.

    Raises PermanentError for a document of a later release.
    """
    schema = fields.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        detail = (
            f"the document has schema {schema}, this release reads {SCHEMA}: deploy the later one"
        )
        raise PermanentError(Reason.DOCUMENT_TOO_NEW, detail)
    try:
        return msgspec.convert(_plain(fields), kind)
    except msgspec.ValidationError:
        return None


def _plain(value: Any) -> Any:
    """The value with Firestore's times, which have nanoseconds, as those of the standard library."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.time(), value.tzinfo)
    return value
