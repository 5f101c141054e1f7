"""Timestamps in SQL options: the expressions that people write for an expiration."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from emulator.errors import invalid, unimplemented

_LITERAL = re.compile(r"""(?:TIMESTAMP\s*\(?\s*)?["']?([^"'()]+?)["']?\s*\)?""", re.IGNORECASE)
_RELATIVE = re.compile(
    r"TIMESTAMP_ADD\s*\(\s*CURRENT_TIMESTAMP\s*(?:\(\s*\))?\s*,"
    r"\s*INTERVAL\s+(\d+)\s+(SECOND|MINUTE|HOUR|DAY)\s*\)",
    re.IGNORECASE,
)


def timestamp(expression: str, now: datetime) -> datetime:
    """The moment of a TIMESTAMP literal, or of TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL n unit)."""
    if relative := _RELATIVE.fullmatch(expression.strip()):
        return now + timedelta(**{f"{relative[2].lower()}s": int(relative[1])})
    if not (literal := _LITERAL.fullmatch(expression.strip())):
        raise unimplemented(f"the timestamp expression {expression}")
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+UTC$", "+00:00", literal[1]))
    except ValueError:
        raise invalid(f'Invalid TIMESTAMP literal "{literal[1]}"', "invalidQuery") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
