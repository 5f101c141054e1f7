"""The two families of errors that adapters and use cases raise; `entrypoint` answers both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.reasons import Reason

_DETAIL = 10_000  # of many errors together; each has its own part of what a service said


class ErrorContext(Struct, frozen=True, kw_only=True):
    """What a delivery was about, and what it had announced, as far as that is known."""

    model: str = ""
    rule: str = ""
    cause_id: str = ""
    announced: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()


class DeliveryError(Exception):
    """A delivery failed; `reason` says why, `detail` in the service's own words.

    An error is never changed: code that knows more raises another error from it.
    """

    def __init__(self, reason: Reason, detail: str, context: ErrorContext = ErrorContext()) -> None:  # noqa: B008 - frozen
        super().__init__(f"{reason.name}: {detail}")
        self.reason = reason
        self.detail = detail
        self.context = context

    def about(self, **known: Any) -> DeliveryError:
        """An error of the same family that says more of its context."""
        return self._of_family(self.detail, replace(self.context, **known))

    def saying(self, detail: str) -> DeliveryError:
        """An error of the same family with another detail."""
        return self._of_family(detail, self.context)

    def _of_family(self, detail: str, context: ErrorContext) -> DeliveryError:
        family = PermanentError if isinstance(self, PermanentError) else RetryableError
        return family(self.reason, detail, context)


class RetryableError(DeliveryError):
    """A retry can fix it: the delivery is answered 503 and comes again."""


class PermanentError(DeliveryError):
    """Only a person can fix it: the delivery goes to the dead-letter topic."""


class MalformedError(PermanentError):
    """The bytes are not what they should be; `detail` says where."""

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.MALFORMED_DELIVERY, detail)


class StaleError(Exception):
    """Somebody else changed what we read before we wrote: read and decide again."""


def worst(failures: Sequence[DeliveryError]) -> DeliveryError:
    """The error to answer with, with the details of all: a retryable one before a permanent one."""
    transient = [error for error in failures if isinstance(error, RetryableError)]
    found = next(iter(transient), failures[0])
    return found.saying("; ".join(error.detail for error in failures)[:_DETAIL])


@contextmanager
def retried_if_stale() -> Iterator[None]:
    """Leave a concurrent change to the next delivery."""
    try:
        yield
    except StaleError as error:
        raise RetryableError(Reason.CONCURRENT_CHANGE, str(error)) from error
