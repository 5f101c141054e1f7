from __future__ import annotations

import pytest

from bqml_registrar.delivery.claims import Claims


def test_whoever_comes_first_works_and_a_copy_in_another_message_leaves_it_to_them() -> None:
    claims = Claims()

    with claims.claim("k", "m1") as first, claims.claim("k", "m2") as copy:
        assert (first, copy) == (True, False)


def test_other_keys_are_not_held_up() -> None:
    claims = Claims()

    with claims.claim("k", "m1"), claims.claim("other", "m2") as other:
        assert other


@pytest.mark.parametrize("message_id", ["m1", ""], ids=["the same message", "an unknown one"])
def test_what_cannot_be_left_to_another_message_is_worked_on(message_id: str) -> None:
    claims = Claims()

    with claims.claim("k", "m1"), claims.claim("k", message_id) as again:
        assert again


def test_a_copy_that_comes_afterwards_or_after_a_failure_is_worked_on() -> None:
    claims = Claims()
    with pytest.raises(ZeroDivisionError), claims.claim("k", "m1"):
        raise ZeroDivisionError

    with claims.claim("k", "m2") as later:
        assert later


def test_a_copy_that_ends_does_not_end_the_first_ones_turn() -> None:
    claims = Claims()

    with claims.claim("k", "m1"):
        with claims.claim("k", "m1"), claims.claim("k", "m2") as copy:
            assert not copy
        with claims.claim("k", "m3") as later:
            assert not later
