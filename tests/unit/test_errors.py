from __future__ import annotations

import pytest

from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, worst
from bqml_registrar.reasons import Reason


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
