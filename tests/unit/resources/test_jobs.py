"""When a job ran, compared with the moment at which a model was made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bqml_registrar.resources.jobs import RunTime
from tests.builders import CREATED

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("begun", "ended", "slack", "spans"),
    [
        pytest.param(-60, 0, 0, True, id="ended then"),
        pytest.param(0, 60, 0, True, id="begun then"),
        pytest.param(-60, None, 0, True, id="still runs"),
        pytest.param(-60, -1, 0, False, id="ended before"),
        pytest.param(1, 60, 0, False, id="begun after"),
        pytest.param(1, None, 0, False, id="begun after and still runs"),
        pytest.param(-60, -1, 1, True, id="ended before by less than the slack"),
        pytest.param(1, 60, 1, True, id="begun after by less than the slack"),
        pytest.param(2, 60, 1, False, id="begun after by more than the slack"),
    ],
)
def test_a_job_spans_the_moments_from_its_creation_to_its_end(
    begun: int, ended: int | None, slack: int, spans: bool
) -> None:
    time = RunTime(
        begun=CREATED + begun * MINUTE, ended=None if ended is None else CREATED + ended * MINUTE
    )

    assert time.spans(CREATED, slack * MINUTE) is spans
