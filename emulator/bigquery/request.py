"""What the current request carries beside its body: parameters and headers in their types."""

from __future__ import annotations

import flask

from emulator.bigquery.fields import int64
from emulator.bigquery.paging import DEFAULT_SIZE, Page


def text(name: str) -> str | None:
    """A parameter, or None."""
    return flask.request.args.get(name) or None


def flag(name: str) -> bool:
    """A boolean parameter."""
    return flask.request.args.get(name, "").lower() == "true"


def number(name: str, default: int) -> int:
    """An integer parameter."""
    given = text(name)
    return default if given is None else int64(given, name)


def page() -> Page:
    """maxResults and pageToken."""
    return Page(number("maxResults", DEFAULT_SIZE), flask.request.args.get("pageToken", ""))


def if_match() -> str | None:
    """The etag that a write is meant for."""
    return flask.request.headers.get("If-Match")
