"""Order and pages of lists."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from emulator.errors import invalid

T = TypeVar("T")
Key = Callable[[Any], Any]

# assumed: the documentation gives neither size.
DEFAULT_PAGE = 100
LARGEST_PAGE = 1000

# assumed for models. A system test of Google's SDK finds version 1 first in a list of versions:
# https://github.com/googleapis/python-aiplatform/blob/main/tests/system/aiplatform/test_model_version_management.py
NEWEST_FIRST = "create_time desc"
OLDEST_FIRST = "create_time"

MODEL_KEYS: Mapping[str, Key] = {
    "display_name": lambda view: view.model.display_name,
    "create_time": lambda view: view.model.create_time,
    "update_time": lambda view: view.model.update_time,
}
ENDPOINT_KEYS: Mapping[str, Key] = {
    "display_name": lambda endpoint: endpoint.display_name,
    "create_time": lambda endpoint: endpoint.create_time,
    "update_time": lambda endpoint: endpoint.update_time,
}
VERSION_KEYS: Mapping[str, Key] = {
    "create_time": lambda view: view.version.create_time,
    "update_time": lambda view: view.version.update_time,
}


def ordered(rows: Sequence[T], order_by: str, keys: Mapping[str, Key]) -> list[T]:
    """Sorted as `order_by` says; under one key they stay as they are."""
    result = list(rows)
    for term in reversed(order_by.split(",")):
        field, _, direction = term.strip().partition(" ")
        direction = direction.strip().lower()
        if field not in keys or direction not in {"", "asc", "desc"}:
            raise invalid(f"Invalid order_by {term.strip()!r}; fields: {', '.join(keys)}.")
        result.sort(key=keys[field], reverse=direction == "desc")
    return result


def page(items: Sequence[T], size: int, token: str, query: tuple[str, ...]) -> tuple[list[T], str]:
    """One page and the token of the next; a token belongs to its query (google.aip.dev/158)."""
    if size < 0:
        raise invalid(f"page_size must not be negative: {size}.")
    start = _offset(token, query) if token else 0
    end = start + min(size or DEFAULT_PAGE, LARGEST_PAGE)
    following = _token(end, query) if end < len(items) else ""
    return list(items[start:end]), following


def _token(offset: int, query: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps([offset, *query]).encode()).decode()


def _offset(token: str, query: tuple[str, ...]) -> int:
    try:
        offset, *of_query = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError) as error:
        raise invalid("The page token is invalid.") from error
    if tuple(of_query) != query or not isinstance(offset, int):
        raise invalid("The page token is invalid: it belongs to another request.")
    return offset
