"""Texts of a query as values of a log field's type; what cannot be converted is None.

Source: "Values and conversions" of the Logging query language's page.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

# https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
SEVERITIES = {
    "DEFAULT": 0,
    "DEBUG": 100,
    "INFO": 200,
    "NOTICE": 300,
    "WARNING": 400,
    "ERROR": 500,
    "CRITICAL": 600,
    "ALERT": 700,
    "EMERGENCY": 800,
}
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL
)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d)))?"
)
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)(ns|us|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


@dataclass(frozen=True)
class Literal:
    """A value as the query has it; `quoted` tells "NULL_VALUE" from the null value."""

    text: str
    quoted: bool

    @property
    def is_null(self) -> bool:
        """Whether it stands for JSON's null."""
        return not self.quoted and self.text == "NULL_VALUE"


def unquoted(token: str) -> str:
    """The text that a double-quoted string stands for.

    An unknown escape keeps its backslash, so that "\\." reaches a regular expression.
    # assumed: the page names only the escaped quotation mark and, as an example, a tab.
    """
    return _ESCAPE.sub(_unescape, token[1:-1])


def _unescape(match: re.Match[str]) -> str:
    hexadecimal = match[1] or match[2] or match[3]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    if match[4]:
        return chr(int(match[4], 8))
    if match[5] in {'"', "\\"}:
        return match[5]
    return _ESCAPES.get(match[5], match[0])


def folded(text: str) -> str:
    """A string normalised for comparison without regard to letter case (NFKC_Casefold)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def number(text: str) -> float | None:
    """An integer or a double, also NaN and Infinity in any letter case."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def boolean(text: str) -> bool | None:
    """True or false in any letter case."""
    return {"true": True, "false": False}.get(text.lower())


def severity(text: str) -> int | None:
    """The number behind the name of a LogSeverity, in any letter case."""
    return SEVERITIES.get(text.upper())


def timestamp(text: str) -> int | None:
    """Nanoseconds since the epoch, of an RFC 3339 time or an ISO 8601 date (its midnight, UTC)."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (
        int(part or 0) for part in match.group(1, 2, 3, 4, 5, 6)
    )
    offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
    zone = timezone(-offset if match[8] == "-" else offset) if match[8] else UTC
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return int(moment.timestamp()) * 10**9 + int((match[7] or "").ljust(9, "0"))


def duration(text: str) -> int | None:
    """Nanoseconds of a number with its unit."""
    match = _DURATION.fullmatch(text)
    return round(float(match[1]) * _NANOSECONDS[match[2]]) if match else None
