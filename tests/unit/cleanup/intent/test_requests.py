"""The deletion request. `refused` tells the detail that a person finds beside the dead letter."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.cleanup.intent.request_document import REQUEST_EXAMPLE, request_json_schema
from bqml_registrar.cleanup.intent.requests import read_request, write_request
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import EndpointName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModel
from tests.builders import CHURN

EXAMPLE = Path(__file__).parents[4] / "schemas" / "examples" / "deletion_request.json"
SCHEMA = Draft202012Validator(request_json_schema())
PUBLISHED = "2026-12-01T09:00:00.123Z"
MEANT = datetime(2026, 12, 1, 9, 0, 0, 123000, tzinfo=UTC)
ENDPOINT = EndpointName(project="123456789012", region="us-central1", endpoint="7")
DEPLOYED = {"id": "42", "region": "us-central1", "model_id": "churn", "version": "1"}
GOES_ON = {"hop": 1, "key": "k", "generation": "1793611800000", "requested_at": PUBLISHED}


def message(**keys: Any) -> bytes:
    return json.dumps({"model": str(CHURN), **keys}).encode()


def read(data: bytes, *, publish_time: str = PUBLISHED, **attributes: str) -> DeletionIntent:
    named = {key.replace("_", "-"): value for key, value in attributes.items()}
    return read_request(data, named, publish_time)


def refused(data: bytes, **delivery: str) -> str:
    with pytest.raises(PermanentError) as caught:
        read(data, **delivery)

    assert caught.value.reason is Reason.MALFORMED_REQUEST
    return caught.value.detail


def undeploying(**changes: Any) -> dict[str, Any]:
    return {"endpoint": str(ENDPOINT), "share": 60, "deployed": DEPLOYED, **changes}


# What is read.


def test_a_model_alone_is_a_request_to_delete_it_meant_when_it_was_published() -> None:
    intent = read(message())

    assert intent == DeletionIntent(
        name=CHURN, kind=IntentKind.REQUEST, key=intent.key, meant_at=MEANT, deletes=True
    )
    assert not intent.is_continuation


def test_the_published_example_is_one_that_is_read() -> None:
    intent = read(EXAMPLE.read_bytes())

    assert (str(intent.name), intent.reason) == (REQUEST_EXAMPLE["model"], "Replaced by churn_v2")
    assert (intent.deletes, intent.force, intent.etag, intent.meant_at) == (True, False, "", MEANT)


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


@pytest.mark.parametrize(
    ("keys", "delivery", "detail"),
    [
        pytest.param(
            {},
            {"publish_time": ""},
            "`requested_at` is missing, and the message has no publish time; write "
            "2026-12-01T09:00:00Z",
            id="none",
        ),
        pytest.param(
            {"requested_at": "tomorrow"},
            {},
            "`requested_at` is no RFC 3339 time with a zone ('tomorrow'), write 2026-12-01T09:00:00Z",
            id="no-time",
        ),
        pytest.param(
            {"requested_at": "2026-12-01T09:00:00"},
            {},
            "`requested_at` is no RFC 3339 time with a zone ('2026-12-01T09:00:00'), write "
            "2026-12-01T09:00:00Z",
            id="no-zone",
        ),
        pytest.param(
            {"requested_at": "0001-01-01T00:00:00+05:00"},
            {},
            "`requested_at` is no RFC 3339 time with a zone ('0001-01-01T00:00:00+05:00'), write "
            "2026-12-01T09:00:00Z",
            id="before-all-time",
        ),
        pytest.param(
            {"requested_at": "2026-12-01T09:05:00.124Z"},
            {},
            "`requested_at` is 2026-12-01T09:05:00.124000+00:00, after the message was published; "
            "write a time that has come, or none",
            id="from-the-future",
        ),
        pytest.param(
            {"requested_at": "2026-12-02T09:00:00Z"},
            {"publish_time": "2026-12-03T09:00:00Z", "dl_publishtime": PUBLISHED},
            "`requested_at` is 2026-12-02T09:00:00+00:00, after the message was published; write a "
            "time that has come, or none",
            id="from-the-future-redriven-later",
        ),
        pytest.param(
            {},
            {"dl_publishtime": "then"},
            "the message's first publish time is no RFC 3339 time with a zone ('then'), write "
            "2026-12-01T09:00:00Z",
            id="dead-letters-time-is-none",
        ),
    ],
)
def test_a_time_that_cannot_count_is_refused(
    keys: dict[str, Any], delivery: dict[str, str], detail: str
) -> None:
    assert refused(message(**keys), **delivery) == detail


# What is refused, where, and how to mend it.


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        pytest.param(b"", "the request is no JSON: Input data was truncated", id="empty"),
        pytest.param(
            b'{"model": "\xff"}', "the request is no JSON: it is not encoded in UTF-8", id="bytes"
        ),
        pytest.param(b"{model: x}", "the request is no JSON: JSON is malformed: ", id="no-json"),
        pytest.param(
            b"[" * 100_000, "the request cannot be read: Expected `object`, got `array`", id="deep"
        ),
        pytest.param(
            b"{}",
            "the request cannot be read: Object missing required field `model`",
            id="no-model",
        ),
        pytest.param(
            message(foce=True),
            "the request cannot be read: Object contains unknown field `foce`. Its keys are model, "
            "delete, force, etag, reason, requested_at, generation, origin, key, hop, undeployed, "
            "undeploying.",
            id="typo",
        ),
        pytest.param(
            message(delete="true"),
            "`delete`: Expected `bool`, got `str`. true (the default): the model is deleted once it "
            "is deployed nowhere. false: it is only undeployed.",
            id="text-for-true",
        ),
        pytest.param(
            message(force=1), "`force`: Expected `bool`, got `int`. true: ", id="1-for-true"
        ),
        pytest.param(
            message(force=None), "`force`: Expected `bool`, got `null`. ", id="null-for-no"
        ),
        pytest.param(
            message(model="prod_sales.churn"),
            "`model` is no model's name ('prod_sales.churn'), write projects/P/datasets/D/models/M",
            id="sql-name",
        ),
        pytest.param(
            message(reason="x" * 1001), "`reason`: Expected `str` of length <= 1000. ", id="reason"
        ),
        pytest.param(
            message(generation=1793611800000),
            "`generation`: Expected `str | null`, got `int`. The model's creation time in "
            "milliseconds since 1970, as a text",
            id="number",
        ),
        pytest.param(message(generation="soon"), "`generation`: ", id="generation"),
        pytest.param(
            message(origin="whim"),
            "`origin`: Invalid enum value 'whim'. What told of the intent: request, retirement, "
            "expiration, refused_drop, refused_replace, refused_dataset.",
            id="origin",
        ),
        pytest.param(message(hop=-1), "`hop`: Expected `int` >= 0. ", id="hop"),
        pytest.param(message(key=""), "`key`: Expected `str` of length >= 1. ", id="no-key"),
    ],
)
def test_what_is_no_request_is_refused_with_its_place_and_what_belongs_there(
    data: bytes, detail: str
) -> None:
    assert refused(data).startswith(detail)


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


LONG = "secret-" * 1000


@pytest.mark.parametrize(
    "data",
    [
        message(**{LONG: 1}),
        message(origin=LONG),
        message(model=LONG[:2500]),
        message(requested_at=LONG[:90]),
        message(**GOES_ON, undeploying=[undeploying(endpoint=LONG[:900])]),
        message(etag=LONG),
    ],
    ids=["key", "origin", "model", "requested_at", "endpoint", "etag"],
)
def test_a_refusal_quotes_only_the_beginning_of_what_is_long(data: bytes) -> None:
    detail = refused(data)

    assert detail.count("secret-") < 10
    assert len(detail.encode()) < 1024


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

TEXTS = st.text(max_size=20)
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


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*request_json_schema()["properties"], "foce"]), ANY))
def test_what_is_read_meets_the_schema_whatever_the_keys_have(keys: dict[str, Any]) -> None:
    keys.setdefault("model", str(CHURN))
    with contextlib.suppress(PermanentError):
        read(json.dumps(keys).encode())
        SCHEMA.validate(keys)


# The schema.


def test_the_schema_is_one_and_describes_every_key() -> None:
    schema = request_json_schema()

    Draft202012Validator.check_schema(schema)
    assert all("description" in key for key in schema["properties"].values())
    assert schema["description"].startswith("A request to delete a BigQuery ML model")


@pytest.mark.parametrize(
    ("keys", "is_valid"),
    [
        ({}, True),
        (GOES_ON, True),
        ({**GOES_ON, "undeploying": [undeploying()]}, True),
        ({"foce": True}, False),
        ({"delete": "true"}, False),
        ({"model": "prod_sales.churn"}, False),
        ({"origin": "whim"}, False),
        ({"hop": 1}, False),
        ({**GOES_ON, "key": None}, False),
        ({"undeployed": 1}, False),
        ({"undeploying": [undeploying()]}, False),
        ({"reason": "x" * 1001}, False),
    ],
    ids=lambda value: ",".join(value)[:40] if isinstance(value, dict) else str(value),
)
def test_the_schema_takes_what_the_function_takes(keys: dict[str, Any], is_valid: bool) -> None:
    def is_read() -> bool:
        try:
            read(message(**keys))
        except PermanentError:
            return False
        return True

    assert SCHEMA.is_valid({"model": str(CHURN), **keys}) == is_read() == is_valid
