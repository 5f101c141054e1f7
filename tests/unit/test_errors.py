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


def test_of_several_the_one_that_time_mends_is_answered_in_the_words_of_all() -> None:
    found = worst([DENIED, BUSY.about(model="m")])

    assert isinstance(found, RetryableError)
    assert (found.detail, found.context.model) == ("403; 503", "m")
    assert BUSY.detail == "503"
