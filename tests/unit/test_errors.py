"""Errors: said once, never changed, and told from the first with more of their context."""

from __future__ import annotations

import pytest

from bqml_registrar.errors import (
    DeliveryError,
    MalformedError,
    PermanentError,
    RetryableError,
    worst,
)
from bqml_registrar.reasons import Reason

DENIED = PermanentError(Reason.PERMISSION_DENIED, "403")
BUSY = RetryableError(Reason.SERVICE_UNAVAILABLE, "503")


@pytest.mark.parametrize(
    ("error", "family"),
    [(DENIED, PermanentError), (BUSY, RetryableError), (MalformedError("no JSON"), PermanentError)],
    ids=["PERMISSION_DENIED", "SERVICE_UNAVAILABLE", "MALFORMED_DELIVERY"],
)
def test_more_context_makes_another_error_of_the_same_family(
    error: DeliveryError, family: type[DeliveryError]
) -> None:
    known = error.about(model="m").about(rule="r").saying("more")

    assert isinstance(known, family)
    assert (known.reason, known.detail) == (error.reason, "more")
    assert (known.context.model, known.context.rule) == ("m", "r")
    assert (error.context.model, error.context.rule) == ("", "")


def test_the_answer_for_several_errors_keeps_its_context_and_changes_none_of_them() -> None:
    found = worst([DENIED, BUSY.about(model="m")])

    assert (found.detail, found.context.model) == ("403; 503", "m")
    assert BUSY.detail == "503"


def denied(detail: str = "403") -> PermanentError:
    return PermanentError(Reason.PERMISSION_DENIED, detail)


def unavailable(detail: str = "503") -> RetryableError:
    return RetryableError(Reason.SERVICE_UNAVAILABLE, detail)


@pytest.mark.parametrize(
    ("failures", "reason", "told"),
    [
        pytest.param([denied()], Reason.PERMISSION_DENIED, "403", id="the only one"),
        pytest.param(
            [denied(), unavailable()],
            Reason.SERVICE_UNAVAILABLE,
            "403; 503",
            id="what time mends, though it came second",
        ),
        pytest.param(
            [denied("a"), denied("b")], Reason.PERMISSION_DENIED, "a; b", id="else the first"
        ),
    ],
)
def test_of_several_errors_one_is_the_answer_in_the_words_of_all(
    failures: list[DeliveryError], reason: Reason, told: str
) -> None:
    error = worst(failures)

    assert (error.reason, error.detail) == (reason, told)


def test_the_words_of_very_many_errors_stay_within_a_log_line() -> None:
    assert len(worst([denied("x" * 1_000) for _ in range(50)]).detail) == 10_000
