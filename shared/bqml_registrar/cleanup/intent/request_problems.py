"""Explains to a publisher what is wrong with a deletion request, where, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from bqml_registrar.cleanup.intent.request_document import RequestDocument
from bqml_registrar.errors import PermanentError
from bqml_registrar.reasons import Reason

_SHOWN = 60

DESCRIPTIONS: Mapping[str, str] = {
    field.name: field.type.__metadata__[-1].description
    for field in msgspec.structs.fields(RequestDocument)
}


def malformed(detail: str) -> PermanentError:
    """The error for an invalid request; `detail` begins with the place."""
    return PermanentError(Reason.MALFORMED_REQUEST, detail)


def shown(text: str) -> str:
    """The head of a text, for an error message: the text may be long and confidential."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def explained(error: Exception) -> str:
    """msgspec's error, with the place as people write it, and what belongs there."""
    if isinstance(error, UnicodeError):
        return "the request is no JSON: it is not encoded in UTF-8"
    if not isinstance(error, msgspec.ValidationError):
        return f"the request is no JSON: {shown(str(error))}"
    said, _, place = str(error).partition(" - at `$.")
    place = place.removesuffix("`")
    described = DESCRIPTIONS.get(re.split(r"[.\[]", place)[0])
    if described:
        return f"`{place}`: {shown(said)}. {described}"
    return f"the request cannot be read: {shown(said)}. Its keys are {', '.join(DESCRIPTIONS)}."


def instant(text: str, what: str) -> datetime:
    """The time that a text states, in UTC."""
    try:
        moment: datetime = msgspec.convert(text, Annotated[datetime, Meta(tz=True)])
        return moment.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError) as error:
        raise malformed(
            f"{what} is no RFC 3339 time with a zone ({shown(text)!r}), write 2026-12-01T09:00:00Z"
        ) from error
