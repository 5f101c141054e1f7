"""The document of one model in one delivery, on the fake store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, new_document
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.errors import StaleError
from bqml_registrar.names import JobName
from bqml_registrar.resources.models import BigQueryModel, Origin
from tests.builders import CHURN, CREATED, a_model
from tests.fakes.google import FakeGoogle

DOCUMENT = new_document(a_model(), "epoch")
ANA = Origin(
    job=JobName(project="analytics-dev", job="job_1"), creator="ana@example.com", labels={}
)
REGISTERED = a_model(vertex_model_id="prod_sales-churn")


def a_memory(stored: ModelDocument | None = DOCUMENT) -> tuple[FakeGoogle, Memory]:
    google = FakeGoogle()
    if stored:
        Memory(lambda: CHURN, google).write(stored)
    google.calls.clear()
    return google, Memory(lambda: CHURN, google)


def test_a_document_is_read_when_it_is_first_asked_for_and_once() -> None:
    google, memory = a_memory()
    assert google.calls == []

    found = [memory.document, memory.document]

    assert DOCUMENT.is_same(found[0])
    assert found[0] is found[1]
    assert google.calls == ["GetDocument"]


def test_what_is_written_is_known_without_another_read_and_has_a_token_of_its_own() -> None:
    google, memory = a_memory()
    memory.write(replace(DOCUMENT, rule="one"))
    first = memory.document

    memory.write(replace(DOCUMENT, rule="two"))
    second = memory.document

    assert google.calls == ["GetDocument", "Commit", "Commit"]
    assert first is not None
    assert second is not None
    assert (second.rule, first.token == second.token) == ("two", False)


@pytest.mark.parametrize("stored", [None, DOCUMENT], ids=["there was none", "there was one"])
def test_a_document_that_another_delivery_has_written_is_not_written_over(
    stored: ModelDocument | None,
) -> None:
    google, memory = a_memory(stored)
    assert (memory.document is None) is (stored is None)
    Memory(lambda: CHURN, google).write(replace(DOCUMENT, rule="theirs"))

    with pytest.raises(StaleError):
        memory.write(replace(DOCUMENT, rule="ours"))

    found = memory.read_again()
    assert found is not None
    assert found.rule == "theirs"


@pytest.mark.parametrize(
    ("late", "is_there"),
    [
        pytest.param(timedelta(seconds=-1), True, id="not yet"),
        pytest.param(timedelta(0), False, id="now"),
    ],
)
def test_a_document_that_only_awaits_its_removal_counts_as_absent_and_is_written_over(
    late: timedelta, *, is_there: bool
) -> None:
    expiry = CREATED + timedelta(days=60)
    google, memory = a_memory(replace(DOCUMENT, expire_at=expiry))
    google.clock.time = expiry + late

    assert (memory.document is not None) is is_there
    memory.write(DOCUMENT)

    assert DOCUMENT.is_same(Memory(lambda: CHURN, google).document)


@pytest.mark.parametrize(
    ("model", "stored", "expected"),
    [
        pytest.param(REGISTERED, replace(DOCUMENT, origin=ANA), ANA, id="registered"),
        pytest.param(a_model(), replace(DOCUMENT, origin=ANA), None, id="not registered"),
        pytest.param(
            replace(REGISTERED, created=CREATED + timedelta(hours=1)),
            replace(DOCUMENT, origin=ANA),
            None,
            id="another generation",
        ),
        pytest.param(REGISTERED, DOCUMENT, None, id="it was never found"),
        pytest.param(REGISTERED, None, None, id="no document"),
    ],
)
def test_the_creating_job_is_known_of_the_same_generation_of_a_registered_model(
    model: BigQueryModel, stored: ModelDocument | None, expected: Origin | None
) -> None:
    _, memory = a_memory(stored)

    assert memory.origin_of(model) == expected


def test_for_a_model_that_is_not_registered_nothing_is_read() -> None:
    google, memory = a_memory()

    memory.origin_of(a_model())

    assert google.calls == []
