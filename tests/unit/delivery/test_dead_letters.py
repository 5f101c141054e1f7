from __future__ import annotations

import pytest
from google.pubsub_v1.types import PublishRequest

from bqml_registrar.delivery.dead_letters import dead_letter
from bqml_registrar.errors import PermanentError
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.messages.received import ReceivedMessage as Original
from bqml_registrar.reasons import Reason
from emulator.pubsub.messages import MAX_REQUEST_BYTES, check_publish

TOPIC = "projects/analytics-dev/topics/dead-letters"
ERROR = PermanentError(Reason.PERMISSION_DENIED, "d" * 2000)
TIME = "2026-11-02T09:30:07.000Z"


def size_of(letter: OutgoingMessage) -> int:
    """What the service makes of it; refused if it breaks a limit."""
    message = {"data": letter.data, "attributes": letter.attributes}
    request = PublishRequest.pb(PublishRequest(topic=TOPIC, messages=[message]))
    check_publish(request)
    return request.ByteSize()


def a_letter(size: int, **attributes: str) -> OutgoingMessage | None:
    original = Original(data=b"x" * size, attributes=attributes, publish_time=TIME)
    return dead_letter(TOPIC, original, ERROR)


ALL = {"dl-reason", "dl-detail", "dl-publishtime"}


@pytest.mark.parametrize(
    ("room", "added"),
    [
        pytest.param(2000, ALL, id="all"),
        pytest.param(1000, {"dl-reason", "dl-publishtime"}, id="no-detail"),
        pytest.param(80, set(), id="as-it-came"),
    ],
)
def test_a_message_near_the_limit_is_kept_with_what_there_is_room_for(
    room: int, added: set[str]
) -> None:
    letter = a_letter(MAX_REQUEST_BYTES - room, k="v")

    assert letter is not None
    assert len(letter.data) == MAX_REQUEST_BYTES - room
    assert set(letter.attributes) == {"k", *added}
    assert size_of(letter) <= MAX_REQUEST_BYTES


def test_the_largest_message_of_all_is_kept_and_one_byte_more_is_not() -> None:
    frame = size_of(OutgoingMessage(b"x" * 9_000_000, {})) - 9_000_000

    largest = a_letter(MAX_REQUEST_BYTES - frame)

    assert largest is not None
    assert size_of(largest) == MAX_REQUEST_BYTES
    assert a_letter(MAX_REQUEST_BYTES - frame + 1) is None


@pytest.mark.parametrize(
    ("attributes", "kept"),
    [
        pytest.param({"": "x"}, set(), id="no-name"),
        pytest.param({"google-cloud": "x"}, set(), id="reserved"),
        pytest.param(
            {"googclient_traceparent": "x"}, {"googclient_traceparent"}, id="of-an-official-client"
        ),
        pytest.param({"k" * 257: "x"}, set(), id="long-name"),
        pytest.param({"k" * 256: "x" * 5000}, {"k" * 256}, id="long-value"),
        pytest.param({f"k{i}": "v" for i in range(200)}, {f"k{i}" for i in range(97)}, id="many"),
        pytest.param({"dl-reason": "OLD", "dl-detail": "old"}, set(), id="of-an-earlier-letter"),
    ],
)
def test_attributes_that_pubsub_does_not_take_do_not_stop_a_letter(
    attributes: dict[str, str], kept: set[str]
) -> None:
    letter = a_letter(10, **attributes)

    assert letter is not None
    assert set(letter.attributes) == ALL | kept
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"
    assert size_of(letter)
