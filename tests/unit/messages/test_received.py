from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.errors import MalformedError
from bqml_registrar.messages.envelopes import read_delivery
from bqml_registrar.messages.received import ReceivedMessage, read_object
from bqml_registrar.reasons import Reason
from tests.builders import a_push, an_audit_entry


def test_a_wrapped_push_is_read_with_its_attempt_and_attributes() -> None:
    body = a_push(an_audit_entry(), attributes={"k": "v"}, attempt=3)

    delivery = read_delivery(body, {})

    assert delivery.delivery_attempt == 3
    assert delivery.message.attributes == {"k": "v"}
    assert delivery.message.message_id == "136969346945"
    assert read_object(delivery.message.data) == an_audit_entry()


def test_a_push_without_attributes_or_attempt_is_read() -> None:
    delivery = read_delivery(b'{"message": {"data": "e30="}}', {})

    assert (delivery.message.data, delivery.message.attributes) == (b"{}", {})


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param({}, ReceivedMessage(), id="nothing"),
        pytest.param({"data": None, "attributes": None}, ReceivedMessage(), id="nulls"),
        pytest.param(
            {"attributes": {"a": None, "b": ""}},
            ReceivedMessage(attributes={"b": ""}),
            id="null-value",
        ),
        pytest.param({"message_id": "1"}, ReceivedMessage(message_id="1"), id="snake-case-id"),
        pytest.param(
            {"publish_time": "t"}, ReceivedMessage(publish_time="t"), id="snake-case-time"
        ),
        pytest.param({"messageId": 7}, ReceivedMessage(message_id="7"), id="number"),
        pytest.param(
            {"messageId": "1", "message_id": "1", "publishTime": "t", "publish_time": "t"},
            ReceivedMessage(message_id="1", publish_time="t"),
            id="both",
        ),
        pytest.param({"orderingKey": "k", "future": [1]}, ReceivedMessage(), id="other-fields"),
    ],
)
def test_a_message_is_read_however_sparse(
    message: dict[str, Any], expected: ReceivedMessage
) -> None:
    assert read_delivery(json.dumps({"message": message}).encode(), {}).message == expected


@pytest.mark.parametrize(("attempt", "expected"), [("3", 3), (3, 3), (None, 0)])
def test_an_attempt_may_be_a_number_text_or_null(attempt: object, expected: int) -> None:
    body = json.dumps({"message": {}, "deliveryAttempt": attempt, "subscription": None}).encode()

    assert read_delivery(body, {}).delivery_attempt == expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="no JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no message"),
        pytest.param(b'{"message": "x"}', id="message is text"),
        pytest.param(b'{"message": {"data": "%%%"}}', id="bad base64"),
        pytest.param(b'{"message": {"data": 7}}', id="data is a number"),
        pytest.param(b'{"message": {"attributes": {"a": 1}}}', id="attribute is a number"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="very deep"),
        pytest.param(b'{"message": {}, "n": NaN}', id="NaN"),
        pytest.param(
            b'{"message": {}, "deliveryAttempt": 1' + b"0" * 5000 + b"}", id="huge number"
        ),
        pytest.param(b'{"message": {"attributes": {"a": "\\ud800"}}}', id="half a character"),
    ],
)
def test_other_bytes_are_malformed_and_said_so(body: bytes) -> None:
    with pytest.raises(MalformedError) as raised:
        read_delivery(body, {})

    assert raised.value.reason is Reason.MALFORMED_DELIVERY
    assert "the request's body" in raised.value.detail


@given(st.binary(max_size=200))
def test_any_bytes_are_a_delivery_or_malformed(body: bytes) -> None:
    with contextlib.suppress(MalformedError):
        read_delivery(body, {})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_any_json_as_data_is_a_mapping_or_malformed(value: object) -> None:
    data = json.dumps(value).encode()
    try:
        entry = read_object(data)
    except MalformedError:
        entry = None

    assert (entry is not None) == isinstance(value, dict)
