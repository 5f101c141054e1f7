from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.cleanup.intent.intents import DeletionIntent
from bqml_registrar.cleanup.intent.staleness import stale_detail
from tests.builders import CREATED, a_model, an_intent

MAX_AGE = timedelta(hours=6)
MEANT = CREATED + timedelta(days=1)
MS, US = timedelta(milliseconds=1), timedelta(microseconds=1)


def intent_of(**changes: Any) -> DeletionIntent:
    return an_intent(**{"meant_at": MEANT, **changes})


def detail(intent: DeletionIntent, now: datetime = MEANT, **model: Any) -> str:
    return stale_detail(intent, a_model(**model), now, MAX_AGE)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        pytest.param(MEANT, "", id="at-once"),
        pytest.param(MEANT + MAX_AGE, "", id="as-old-as-it-may-be"),
        pytest.param(
            MEANT + MAX_AGE + US,
            "the intent is of 2026-11-03T09:30:00.000Z, older than 6 hours",
            id="older",
        ),
        pytest.param(
            MEANT + timedelta(days=1),
            "the intent is of 2026-11-03T09:30:00.000Z, older than 6 hours",
            id="redelivered-a-day-later",
        ),
        pytest.param(MEANT - timedelta(minutes=5), "", id="our-clock-is-behind"),
        pytest.param(
            MEANT - timedelta(minutes=5) - US,
            "the intent is of 2026-11-03T09:30:00.000Z, and it is 2026-11-03T09:24:59.999Z",
            id="from-the-future",
        ),
    ],
)
def test_an_intent_lasts_as_long_as_its_rule_says(now: datetime, told: str) -> None:
    assert detail(intent_of(), now) == told


@pytest.mark.parametrize(
    ("created", "told"),
    [
        pytest.param(MEANT - MS, "", id="before"),
        pytest.param(MEANT, "", id="in-the-same-millisecond"),
        pytest.param(
            MEANT + MS,
            "the model was made at 2026-11-03T09:30:00.001Z, after the intent "
            "(2026-11-03T09:30:00.000Z)",
            id="after",
        ),
    ],
)
def test_a_model_that_was_made_after_the_intent_is_not_the_one_that_it_meant(
    created: datetime, told: str
) -> None:
    assert detail(intent_of(), created=created) == told


GENERATION = a_model().generation


@pytest.mark.parametrize(
    ("intent", "model", "told"),
    [
        pytest.param(intent_of(generation=GENERATION), {}, "", id="named"),
        pytest.param(
            intent_of(generation=GENERATION, meant_at=CREATED - MS),
            {},
            "",
            id="named-outweighs-time",
        ),
        pytest.param(
            intent_of(generation="1793611799999"),
            {},
            "the intent means generation 1793611799999, the model has 1793611800000",
            id="another-one",
        ),
        pytest.param(
            intent_of(generation=GENERATION),
            {"created": CREATED + MS},
            "the intent means generation 1793611800000, the model has 1793611800001",
            id="made-again",
        ),
        pytest.param(intent_of(etag="e1"), {}, "", id="etag"),
        pytest.param(
            intent_of(etag="e1"),
            {"etag": "e2"},
            "the request names etag e1, the model has e2",
            id="changed-since",
        ),
        pytest.param(
            intent_of(generation=GENERATION, etag="e1"),
            {"etag": "e2"},
            "the request names etag e1, the model has e2",
            id="generation-and-etag",
        ),
    ],
)
def test_what_an_intent_names_must_be_what_the_model_has(
    intent: DeletionIntent, model: dict[str, Any], told: str
) -> None:
    assert detail(intent, now=intent.meant_at, **model) == told


TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone


@given(TIMES, TIMES, TIMES, st.timedeltas(timedelta(0), timedelta(days=1)))
def test_whatever_the_clocks_say_only_a_young_intent_touches_a_model_and_only_an_older_one(
    created: datetime, meant: datetime, now: datetime, max_age: timedelta
) -> None:
    told = stale_detail(intent_of(meant_at=meant), a_model(created=created), now, max_age)

    assert (told == "") == (created <= meant and -timedelta(minutes=5) <= now - meant <= max_age)
