"""The label of a BigQuery model that holds the last change of its retirement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OWNER

RETIREMENT = f"{OWNER}-retirement"
NOTHING = "none"
INHERITED = "inherited"
UNCLEAR = "unclear"
_VALUE = re.compile(
    r"(?P<count>[0-9]{1,6})"
    r"-(?P<wanted>[0-9]{8}|(?:none|inherited)(?:[0-9]{8})?|unclear[0-9a-f]{8})"
    r"-(?P<generation>[0-9]{1,18})"
    r"(?P<pending>-pending)?"
)


class RetirementLabel(Struct, frozen=True, kw_only=True):
    """The last recorded change of a retirement; count 0: there was none.

    `wanted` is a date without hyphens, `none` or `inherited` with the date that no longer holds, or
    `unclear` and a digest of the value.
    """

    count: int = 0
    wanted: str = NOTHING
    generation: str = ""
    announced: bool = True

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> RetirementLabel:
        """From the model's labels; an invalid label counts as absent."""
        found = _VALUE.fullmatch(labels.get(RETIREMENT, ""))
        if found is None or (found["wanted"].isdigit() and _date(found["wanted"]) is None):
            return cls()
        return cls(
            count=int(found["count"]),
            wanted=found["wanted"],
            generation=found["generation"],
            announced=not found["pending"],
        )

    @property
    def state(self) -> str:
        """What is wanted, without a date that no longer holds."""
        return next(
            (end for end in (NOTHING, INHERITED) if self.wanted.startswith(end)), self.wanted
        )

    @property
    def key(self) -> str:
        """Identifies the retirement; its withdrawal has the same key.

        It includes the date, because `ALTER MODEL ... SET OPTIONS (labels = ...)` replaces all
        labels, and then the count starts again.
        """
        if self.state in (NOTHING, INHERITED):
            return f"retirement-{self.count - 1}-{self.wanted.removeprefix(self.state)}"
        return f"retirement-{self.count}-{self.wanted}"

    def as_label(self) -> str:
        """As the label's value."""
        pending = "" if self.announced else "-pending"
        return f"{self.count}-{self.wanted}-{self.generation}{pending}"

    @property
    def due(self) -> date | None:
        """The date on which the model is to be deleted."""
        return _date(self.wanted)

    def as_announced(self) -> RetirementLabel:
        """The label once the change is announced."""
        return RetirementLabel(count=self.count, wanted=self.wanted, generation=self.generation)


def eight_digits(day: date) -> str:
    """The date in eight digits: `strftime` writes a year before 1000 with fewer."""
    return day.isoformat().replace("-", "")


def _date(digits: str) -> date | None:
    """The date of a label's eight digits; None if they are no date."""
    with suppress(ValueError):
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    return None
