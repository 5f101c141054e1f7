"""The two families of errors that adapters and use cases raise; `entrypoint` answers both."""

from __future__ import annotations

from collections.abc import Sequence

from bqml_registrar.reasons import Reason

_DETAIL = 10_000  # of many errors together; each has its own part of what a service said


class DeliveryError(Exception):
    """A delivery could not be settled; `reason` says why, `detail` in the service's own words.

    The other attributes are what it was about, as far as that is known: for log and event.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.name}: {detail}")
        self.reason = reason
        self.detail = detail
        self.model = ""
        self.rule = ""
        self.cause_id = ""
        self.announced: tuple[str, ...] = ()
        self.event_ids: tuple[str, ...] = ()


class RetryableError(DeliveryError):
    """Time mends it: the delivery is answered 503 and comes again."""


class PermanentError(DeliveryError):
    """Only a person mends it: the delivery goes to the dead-letter topic."""


def worst(failures: Sequence[DeliveryError]) -> DeliveryError:
    """Of several the one to answer with, in the words of all: what time mends before a dead letter."""
    transient = [error for error in failures if isinstance(error, RetryableError)]
    found = next(iter(transient), failures[0])
    found.detail = "; ".join(error.detail for error in failures)[:_DETAIL]
    return found


class StaleError(Exception):
    """What we read was changed by somebody else before we wrote: read and decide again."""


class MalformedError(PermanentError):
    """The bytes are not what they should be; `detail` says where."""

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.MALFORMED_DELIVERY, detail)
