"""The label of a BigQuery model that holds its last rejection."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.bookkeeping.versions import number_in

REJECTED = f"{OWNER}-rejected"
_PENDING = "pending"
_SETTLED = "registered"


class RejectionLabel(Struct, frozen=True, kw_only=True):
    """The last rejection of a BigQuery model: its digest, its number, and whether it was announced.

    It is written as pending before the announcement and as announced after it. So a rejection keeps
    its number, and with it its event's id, however often the announcement is retried.
    """

    count: int = 0
    digest: str = ""
    announced: bool = True

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> RejectionLabel:
        """From the model's labels; count 0 if there was none."""
        count, _, rest = labels.get(REJECTED, "").partition("-")
        digest, _, state = rest.partition("-")
        return cls(count=number_in(count), digest=digest, announced=state != _PENDING)

    def next(self, digest: str) -> RejectionLabel:
        """The label for a rejection: this one if it is the same, else the next one, pending."""
        if digest == self.digest:
            return self
        return RejectionLabel(count=self.count + 1, digest=digest, announced=False)

    @property
    def is_resolved(self) -> bool:
        """Whether the model was registered since."""
        return self.digest == _SETTLED

    def as_announced(self) -> RejectionLabel:
        """The label once the rejection is announced."""
        return RejectionLabel(count=self.count, digest=self.digest)

    def resolved(self) -> RejectionLabel:
        """The label once the model is registered: the count stays, so that no id is used twice."""
        return RejectionLabel(count=self.count, digest=_SETTLED)

    def as_label(self) -> str:
        """As the label's value."""
        return f"{self.count}-{self.digest}" + ("" if self.announced else f"-{_PENDING}")
