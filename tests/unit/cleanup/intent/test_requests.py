"""The deletion request. `refused` tells the detail that a person finds beside the dead letter."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.cleanup.intent.requests import write_request
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import EndpointName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModel
from tests.builders import CHURN
from tests.model_names import NO_NAMES, UNUSUAL
from tests.unit.cleanup.intent.reading import (
    DEPLOYED,
    ENDPOINT,
    GOES_ON,
    MEANT,
    PUBLISHED,
    SCHEMA,
    TEXTS,
    message,
    read,
    refused,
    undeploying,
)

# What is read.


def test_a_model_alone_is_a_request_to_delete_it_meant_when_it_was_published() -> None:
    intent = read(message())

    assert intent == DeletionIntent(
        name=CHURN, kind=IntentKind.REQUEST, key=intent.key, meant_at=MEANT, deletes=True
    )
    assert not intent.is_continuation


@pytest.mark.parametrize("model", UNUSUAL.values(), ids=UNUSUAL)
def test_a_model_of_any_name_is_read_and_written(model: str) -> None:
    name = replace(CHURN, model=model)
    data = message(model=str(name))

    intent = read(data)

    assert SCHEMA.is_valid(json.loads(data))
    assert intent.name == name
    assert json.loads(write_request(intent))["model"] == str(name)


@pytest.mark.parametrize("model", NO_NAMES.values(), ids=NO_NAMES)
def test_a_name_that_no_model_can_have_is_told_to_the_publisher(model: str) -> None:
    detail = refused(message(model=f"projects/analytics-dev/datasets/prod_sales/models/{model}"))

    assert detail.isprintable()


def test_every_key_is_read() -> None:
    keys = {"delete": False, "force": True, "etag": "e1", "reason": "why", "origin": "retirement"}
    planned = undeploying(deployed={**DEPLOYED, "configuration": '{"id": "42"}'})
    intent = read(message(**keys, **GOES_ON, undeployed=3, undeploying=[planned]))

    assert intent == DeletionIntent(
        name=CHURN,
        kind=IntentKind.RETIREMENT,
        key="k",
        meant_at=MEANT,
        deletes=False,
        force=True,
        etag="e1",
        generation="1793611800000",
        reason="why",
        hop=1,
        undeployed=3,
        undeploying=(
            PlannedUndeployment(
                endpoint=ENDPOINT,
                share=60,
                deployed=DeployedModel(
                    id="42",
                    region="us-central1",
                    model_id="churn",
                    version="1",
                    configuration='{"id": "42"}',
                ),
            ),
        ),
    )


# When it was meant.


@pytest.mark.parametrize(
    ("keys", "delivery", "meant_at"),
    [
        pytest.param({}, {}, MEANT, id="publish-time"),
        pytest.param(
            {}, {"publish_time": "2026-12-01T10:00:00.123+01:00"}, MEANT, id="another-zone"
        ),
        pytest.param(
            {},
            {"publish_time": "2026-12-02T09:00:00Z", "dl_publishtime": PUBLISHED},
            MEANT,
            id="redriven",
        ),
        pytest.param(
            {"requested_at": "2026-12-01T08:00:00Z"},
            {},
            datetime(2026, 12, 1, 8, tzinfo=UTC),
            id="requested_at",
        ),
        pytest.param(
            {"requested_at": "2026-12-01T09:05:00.123Z"}, {}, MEANT, id="clock-ahead-of-publication"
        ),
        pytest.param(
            {"requested_at": "2026-12-01T11:00:00.123+02:00"},
            {"publish_time": ""},
            MEANT,
            id="requested_at-alone",
        ),
    ],
)
def test_the_time_that_counts_is_the_requests_own_and_never_after_its_first_publication(
    keys: dict[str, Any], delivery: dict[str, str], meant_at: datetime
) -> None:
    assert read(message(**keys), **delivery).meant_at == meant_at


# What is refused, where, and how to mend it.


@pytest.mark.parametrize(
    ("keys", "detail"),
    [
        pytest.param(
            {"undeploying": [undeploying()]},
            "`undeploying` has no place where `hop` is 0. ",
            id="plan",
        ),
        pytest.param({"undeployed": 1}, "`undeployed` has no place where `hop` is 0. ", id="count"),
        *(
            pytest.param({**GOES_ON, key: None}, f"`{key}` is missing, as `hop` is not 0. ", id=key)
            for key in ("key", "generation", "requested_at")
        ),
        pytest.param(
            {**GOES_ON, "undeploying": [undeploying(endpoint="endpoints/7")]},
            "`undeploying[0].endpoint` is no endpoint's name ('endpoints/7'), write "
            "projects/P/locations/L/endpoints/E",
            id="endpoint",
        ),
        pytest.param(
            {**GOES_ON, "undeploying": [undeploying(share=101)]},
            "`undeploying[0].share`: Expected `int` <= 100. Up to 1,000 deployed models ",
            id="share",
        ),
        pytest.param(
            {**GOES_ON, "undeploying": [undeploying(deployed={"id": "42"})]},
            "`undeploying[0].deployed`: Object missing required field `region`. ",
            id="deployed",
        ),
        pytest.param(
            {
                **GOES_ON,
                "undeploying": [
                    undeploying(deployed={**DEPLOYED, "configuration": "x" * (64 * 1024 + 1)})
                ],
            },
            "`undeploying[0].deployed.configuration`: Expected `str` of length <= 65536. ",
            id="configuration",
        ),
        pytest.param(
            {**GOES_ON, "undeploying": [undeploying()] * 1001},
            "`undeploying`: Expected `array` of length <= 1000. ",
            id="too-many",
        ),
    ],
)
def test_a_continuation_names_what_it_goes_on_with_within_bounds(
    keys: dict[str, Any], detail: str
) -> None:
    assert refused(message(**keys)).startswith(detail)


def test_an_etag_that_could_not_be_had_is_not_the_same_as_none() -> None:
    """As of a script that looked it up, and found nothing."""
    assert refused(message(etag="")).startswith("`etag`: ")


# Its key.


def test_a_redelivery_and_a_redrive_have_the_key_of_the_first_delivery() -> None:
    first = read(message(reason="why"))
    redelivered = read(message(reason="why"))
    redriven = read(
        message(reason="why"), publish_time="2026-12-05T00:00:00Z", dl_publishtime=PUBLISHED
    )

    assert first == redelivered == redriven
    assert len(first.key) == 16


def test_no_two_different_requests_share_a_key() -> None:
    different = [
        {},
        {"delete": False},
        {"force": True},
        {"etag": "e1"},
        {"generation": "1"},
        {"reason": "why"},
        {"reason": "e1"},
        {"origin": "retirement"},
        {"model": f"{CHURN}2"},
        {"requested_at": "2026-12-01T08:00:00Z"},
    ]
    keys = [read(message(**keys)).key for keys in different]
    later = read(message(), publish_time="2026-12-01T09:00:00.124Z").key

    assert len({*keys, later}) == len(different) + 1


# The round trip.

SEGMENTS = st.from_regex(r"\A[a-z0-9:.-]{1,20}\Z")
REGIONS = st.from_regex(r"\A[a-z0-9-]{1,20}\Z")
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone
PLANNED = st.builds(
    PlannedUndeployment,
    endpoint=st.builds(EndpointName, project=SEGMENTS, region=REGIONS, endpoint=SEGMENTS),
    deployed=st.builds(
        DeployedModel,
        **dict.fromkeys(DeployedModel.__struct_fields__, TEXTS),
    ),
    share=st.integers(0, 100),
)
FIRST = st.builds(
    DeletionIntent,
    name=st.just(CHURN),
    kind=st.sampled_from(IntentKind),
    key=st.text(min_size=1, max_size=50),
    meant_at=TIMES,
    deletes=st.booleans(),
    force=st.booleans(),
    etag=TEXTS,
    generation=st.just("") | st.from_regex(r"\A[0-9]{1,15}\Z"),
    reason=TEXTS,
)
CONTINUED = st.builds(
    replace,
    FIRST,
    generation=st.from_regex(r"\A[0-9]{1,15}\Z"),
    hop=st.integers(1, 1000),
    undeployed=st.integers(0, 1000),
    undeploying=st.lists(PLANNED, max_size=3).map(tuple),
)


@given(FIRST | CONTINUED, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_what_is_written_is_read_as_it_was_and_meets_the_schema(
    intent: DeletionIntent, later: timedelta
) -> None:
    data = write_request(intent)

    assert read(data, publish_time=(intent.meant_at + later).isoformat()) == intent
    SCHEMA.validate(json.loads(data))


def test_what_has_its_default_is_not_written() -> None:
    intent = read(message())

    assert json.loads(write_request(intent)) == {
        "model": str(CHURN),
        "requested_at": "2026-12-01T09:00:00.123000Z",
        "key": intent.key,
    }


def a_continuation(configuration: str, count: int = 1) -> DeletionIntent:
    deployed = DeployedModel(**DEPLOYED, configuration=configuration)
    planned = PlannedUndeployment(endpoint=ENDPOINT, deployed=deployed)
    return replace(read(message(**GOES_ON)), undeploying=(planned,) * count)


@pytest.mark.parametrize(
    ("intent", "detail"),
    [
        pytest.param(
            a_continuation("x" * 65_537),
            "`undeploying[0].deployed.configuration`: Expected `str` of length <= 65536. ",
            id="not-read",
        ),
        pytest.param(
            a_continuation("x" * 65_536, 200),
            "`undeploying` makes a message of 13",
            id="not-published",
        ),
    ],
)
def test_a_message_that_could_not_be_read_or_published_is_not_written(
    intent: DeletionIntent, detail: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        write_request(intent)

    assert caught.value.reason is Reason.MALFORMED_REQUEST
    assert caught.value.detail.startswith(detail)


# Anything.


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_any_bytes_are_a_request_or_malformed(data: bytes) -> None:
    with contextlib.suppress(PermanentError):
        read(data)


# The schema.
