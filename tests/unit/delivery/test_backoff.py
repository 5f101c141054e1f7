"""Waiting within a delivery's time: longer and longer pauses, and never past its end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.delivery.backoff import Backoff
from tests.fakes.google import FakeClock


@given(st.floats(0, 900))
def test_no_pause_ends_after_the_time_is_up(seconds: float) -> None:
    clock = FakeClock()
    until = clock.now() + timedelta(seconds=seconds)
    backoff = Backoff(clock, until)

    while backoff.wait():
        assert clock.now() <= until

    assert clock.slept >= seconds - 5
    assert backoff.is_exhausted == (clock.now() >= until)


def test_pauses_grow_to_five_seconds_and_begin_anew() -> None:
    clock = FakeClock()
    backoff = Backoff(clock, clock.now() + timedelta(hours=1))
    pauses = []
    for _ in range(20):
        before = clock.slept
        backoff.wait()
        pauses.append(round(clock.slept - before, 3))

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.2, 5.0)

    backoff.reset()
    before = clock.slept
    backoff.wait()

    assert round(clock.slept - before, 3) == 0.2
