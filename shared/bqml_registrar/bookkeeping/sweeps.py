"""What a sweep keeps on a model that it found in order, so that the next one need not look.

A label of our own, `bqml-registrar-swept`: digests of the policy and of what the decision depends on,
when that was, and when the model expires. Writing it changes the model, so that its own last change
cannot be in it: a change counts as ours while it is as old as the mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.resources.listings import ListedModel

SWEPT = f"{OWNER}-swept"
# From our clock's time before the write to BigQuery's at it.
SLACK = timedelta(seconds=30)
_VALUE = re.compile(
    r"(?P<policy>[0-9a-f]{12})-(?P<model>[0-9a-f]{12})-(?P<at>[0-9]{1,12})-(?P<expires>[0-9]{1,12})"
)


class Fingerprint(Struct, frozen=True, kw_only=True):
    """Of which policy and model, when it was taken, and when the model expires (0: never)."""

    policy: str
    model: str
    at: int
    expires: int = 0

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> Fingerprint | None:
        """From the model's labels; None where there is none, or a person garbled it."""
        found = _VALUE.fullmatch(labels.get(SWEPT, ""))
        if found is None:
            return None
        return cls(
            policy=found["policy"],
            model=found["model"],
            at=int(found["at"]),
            expires=int(found["expires"]),
        )

    def as_label(self) -> str:
        """As the label's value."""
        return f"{self.policy}-{self.model}-{self.at}-{self.expires}"

    def covers(self, model: ListedModel) -> bool:
        """Whether nobody has changed the model since."""
        # In seconds: whatever a person made of the mark, it is a number, but perhaps no date.
        return model.modified.timestamp() <= self.at + SLACK.total_seconds()
