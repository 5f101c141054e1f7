"""The SEARCH function: tokens of text, in any order, without regard to letter case.

Sources: "SEARCH function" of the Logging query language's page, and LOG_ANALYZER in
https://cloud.google.com/bigquery/docs/text-analysis-search
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from emulator.errors import invalid

_DELIMITER = re.compile(
    r"""%25(?:26|20)|%(?:21|26|3B|7C|20|2B|3D|5D|5B|3A|0A|2C|28|29)|[\[\]<>(){}|!;,'"*&?+/:=@.\-$%\\_\s]""",
    re.IGNORECASE,
)
_PHRASE = re.compile(r"`([^`]*)`")


class TextQuery:
    """One query of SEARCH: tokens, and phrases in backticks."""

    def __init__(self, text: str) -> None:
        self._phrases = [phrase.lower() for phrase in _PHRASE.findall(text)]
        self._tokens = _tokens(_PHRASE.sub(" ", text))
        if not (self._phrases or self._tokens):
            raise invalid("Unparseable filter: the query of SEARCH has no token")

    def matches(self, texts: Iterable[str]) -> bool:
        """Whether the texts together have every token, and some one of them each phrase."""
        fields = [text.lower() for text in texts]
        known = {token for text in fields for token in _tokens(text)}
        return self._tokens <= known and all(
            any(_has_phrase(text, phrase) for text in fields) for phrase in self._phrases
        )


def _tokens(text: str) -> set[str]:
    return {token for token in _DELIMITER.split(text.lower()) if token}


def _has_phrase(text: str, phrase: str) -> bool:
    bounded = f"(?:^|{_DELIMITER.pattern}){re.escape(phrase)}(?:$|{_DELIMITER.pattern})"
    return re.search(bounded, text, re.IGNORECASE) is not None
