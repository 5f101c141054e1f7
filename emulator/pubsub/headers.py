"""Which attributes of a message can be HTTP headers: RFC 9110, sections 5.1 and 5.5."""

from __future__ import annotations

import re

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[!-~](?:[ -~\t]*[!-~])?")
# They frame the request, and are not the message's to set.
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding"})


def sendable(name: str, value: str) -> bool:
    """Whether the two can be sent as a header as they are."""
    return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value) and name.lower() not in _FRAMING)
