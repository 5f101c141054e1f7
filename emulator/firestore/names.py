"""Names of databases, documents and collections, and the refusals that speak of them.

Rules: https://cloud.google.com/firestore/quotas#collections_documents_and_fields
Database IDs: google.firestore.admin.v1.CreateDatabaseRequest.
"""

from __future__ import annotations

import re

from emulator.errors import ServiceError, invalid, not_found

MAX_ID_BYTES = 1500
MAX_NAME_BYTES = 6 * 1024
MAX_DEPTH = 100
DEFAULT = "(default)"

_DATABASE = re.compile(r"projects/[^/]+/databases/[^/]+")
_DATABASE_ID = re.compile(r"[a-z][a-z0-9-]{2,61}[a-z0-9]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOCATION = re.compile(r"nam5|nam7|eur3|[a-z]+-[a-z]+[0-9]+")
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_NUMERIC_ID = re.compile(r"__id[0-9]+__")


def check_database(name: str) -> str:
    """The name, if it has the form of a database's."""
    if not _DATABASE.fullmatch(name):
        raise invalid(f'Invalid database name "{name}": it is projects/PROJECT/databases/ID.')
    return name


def check_new_database(database_id: str, location: str) -> None:
    """Refuse an ID or a location that a new database cannot have."""
    good = _DATABASE_ID.fullmatch(database_id) and not _UUID.fullmatch(database_id)
    if database_id != DEFAULT and not good:
        raise invalid(
            f'Invalid database_id "{database_id}": 4 to 63 characters of a-z, 0-9 and -, a letter '
            f"first, no hyphen last, not like a UUID; or {DEFAULT}."
        )
    if not _LOCATION.fullmatch(location):
        raise invalid(f'Invalid location_id "{location}": a region, or nam5, nam7 or eur3.')


def database_of(name: str) -> str:
    """The database in the name of a document, or of its root `.../documents`."""
    parts = name.split("/")
    database = "/".join(parts[:4])
    if not _DATABASE.fullmatch(database) or parts[4:5] != ["documents"]:
        raise invalid(f'Document name "{name}" is not projects/P/databases/D/documents/....')
    return database


def segments(name: str) -> list[str]:
    """The collection and document IDs in a document's name, checked."""
    database_of(name)
    ids = name.split("/")[5:]
    if len(name.encode()) > MAX_NAME_BYTES or len(ids) > 2 * MAX_DEPTH:
        raise invalid(f'Document name "{name[:80]}..." is longer than {MAX_NAME_BYTES} bytes.')
    for position, part in enumerate(ids):
        check_id(part, "Document" if position % 2 else "Collection")
    return ids


def check_document(name: str, database: str = "") -> str:
    """The name, if it is one of a document; with a `database`, of one in it."""
    ids = segments(name)
    if not ids or len(ids) % 2:
        raise invalid(f'Document name "{name}" has no even number of parts after /documents/.')
    if database and database_of(name) != database:
        raise invalid(f'Document name "{name}" is not in the database {database}.')
    return name


def check_parent(name: str) -> str:
    """The name, if it is one of a document or of a database's root."""
    if len(segments(name)) % 2:
        raise invalid(f'Parent "{name}" is neither a document nor .../documents.')
    return name


def check_id(text: str, what: str) -> str:
    """The ID of a collection or document."""
    size = len(text.encode())
    reserved = _RESERVED.fullmatch(text) and not (
        what == "Document" and _NUMERIC_ID.fullmatch(text)
    )
    if not 0 < size <= MAX_ID_BYTES or text in {".", ".."} or "/" in text or reserved:
        raise invalid(f'{what} id "{text[:80]}" is invalid: {_why(text, size)}.')
    return text


def _why(text: str, size: int) -> str:
    if not text:
        return "it is empty"
    if size > MAX_ID_BYTES:
        return f"it is longer than {MAX_ID_BYTES} bytes"
    return "it is reserved" if _RESERVED.fullmatch(text) else "it has a meaning in paths"


def parent_of(name: str) -> str:
    """What a document's collection belongs to: a document, or the root."""
    return name.rsplit("/", 2)[0]


def collection_of(name: str) -> str:
    """The ID of a document's collection."""
    return name.rsplit("/", 2)[1]


def missing_database(name: str) -> ServiceError:
    """404; the text is that of public reports."""
    project, database = name.split("/")[1], name.split("/")[3]
    return not_found(
        f"The database {database} does not exist for project {project} Please visit "
        f"https://console.cloud.google.com/datastore/setup?project={project} to add a Cloud "
        "Datastore or Cloud Firestore database. "
    )
