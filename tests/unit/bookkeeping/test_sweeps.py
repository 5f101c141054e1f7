"""What is kept of a model that was in order: read whatever people made of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.sweeps import SLACK, SWEPT, Fingerprint
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.sweep.digests import policy_digest
from tests.builders import CREATED, a_listed_model, a_policy

AT = int((CREATED + timedelta(hours=1)).timestamp())
LISTED = a_listed_model()
DIGEST = "0123456789ab"
LARGEST = 10**12 - 1


@given(at=st.integers(0, LARGEST), expires=st.integers(0, LARGEST))
def test_a_mark_is_read_as_it_was_written_fits_a_label_and_can_be_asked(
    at: int, expires: int
) -> None:
    mark = Fingerprint(policy=DIGEST, model=DIGEST, at=at, expires=expires)

    assert len(mark.as_label()) <= 63
    assert Fingerprint.read({SWEPT: mark.as_label()}) == mark
    assert mark.covers(LISTED) == (CREATED.timestamp() <= at + SLACK.total_seconds())


@pytest.mark.parametrize(
    "value",
    ["", "soon", f"{DIGEST}-{DIGEST}-1", f"{DIGEST}-{DIGEST}--1-0", f"{DIGEST}-{DIGEST}-1-0-0", f"{DIGEST}-{DIGEST}-1234567890123-0"],
)  # fmt: skip
def test_a_mark_that_a_person_garbled_counts_as_absent(value: str) -> None:
    assert Fingerprint.read({SWEPT: value}) is None


@pytest.mark.parametrize(
    ("later", "covered"),
    [
        pytest.param(-1, True, id="before the mark"),
        pytest.param(30, True, id="within the slack"),
        pytest.param(31, False, id="after it"),
    ],
)
def test_a_mark_tells_of_the_model_until_it_changes_again(later: int, covered: bool) -> None:
    mark = Fingerprint(policy=DIGEST, model=DIGEST, at=AT)
    changed = replace(LISTED, modified=CREATED + timedelta(hours=1, seconds=later))

    assert mark.covers(changed) is covered


def test_another_release_or_another_policy_looks_at_all_models_again() -> None:
    digests = [
        policy_digest(a_policy()),
        policy_digest(a_policy(), "9.9.9"),
        policy_digest(LabelPolicy()),
    ]

    assert len(set(digests)) == 3
    assert policy_digest(a_policy()) == digests[0]
