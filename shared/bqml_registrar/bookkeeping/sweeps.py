"""The label of a model that a sweep found in order, so that the next sweep can skip it.

`bqml-registrar-swept` holds digests of the policy and of what the decision depends on, the time of
the sweep, and when the model expires. Writing it changes the model's change time, which it cannot
hold itself: a change that is as old as the label counts as ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.resources.listings import ListedModel

SWEPT = f"{OWNER}-swept"
# Between our clock before the write and BigQuery's at the write.
SLACK = timedelta(seconds=30)
_VALUE = re.compile(
    r"(?P<policy>[0-9a-f]{12})-(?P<model>[0-9a-f]{12})-(?P<at>[0-9]{1,12})-(?P<expires>[0-9]{1,12})"
)


class Fingerprint(Struct, frozen=True, kw_only=True):
    """Digests of policy and model, when they were taken, and when the model expires (0: never)."""

    policy: str
    model: str
    at: int
    expires: int = 0

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> Fingerprint | None:
        """From the model's labels; None if there is none, or it is invalid."""
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
        # In seconds: a person may have changed the label to a number that is no date.
        return model.modified.timestamp() <= self.at + SLACK.total_seconds()
