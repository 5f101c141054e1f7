"""Pages of a list: a page token is the opaque form of the last key given out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from emulator.errors import invalid

# assumed: the size of a page when the caller does not ask for one.
DEFAULT_SIZE = 50
MAX_SIZE = 1000


@dataclass(frozen=True)
class Page:
    """What a caller asks of a list."""

    size: int = DEFAULT_SIZE
    token: str = ""


def paged(items: Iterable[Any], key: Callable[[Any], str], page: Page) -> tuple[list[Any], str]:
    """One page of items in ascending order of their keys, and the token of the next or ""."""
    after = _decode(page.token)
    left = sorted((item for item in items if key(item) > after), key=key)
    size = min(page.size or DEFAULT_SIZE, MAX_SIZE)
    shown = left[:size]
    return shown, _encode(key(shown[-1])) if len(left) > size else ""


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise invalid("Invalid page token") from None
