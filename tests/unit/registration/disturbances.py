"""What disturbs a delivery: something happens at one of its calls, which may be its end."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.google import FakeGoogle


class Crash(BaseException):
    """The process ends here."""


def happens_at(google: FakeGoogle, at: int, what: Callable[[], object]) -> None:
    """Something happens once, when so many calls have been made from here on."""
    begun = len(google.calls)

    def entering(call: str) -> None:
        if len(google.calls) - begun == at:
            nothing_happens(google)
            what()
        FakeGoogle.enter(google, call)

    google.enter = entering  # type: ignore[method-assign]


def nothing_happens(google: FakeGoogle) -> None:
    """Calls are but calls again."""
    vars(google).pop("enter", None)
