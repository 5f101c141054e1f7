"""Documents as Firestore's fields: read as they were written, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.adapters.documents import decoded, encoded
from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.model_document import (
    SCHEMA,
    AliasRecord,
    Giver,
    Look,
    ModelDocument,
    PastGeneration,
    RetirementRecord,
)
from bqml_registrar.bookkeeping.transitions import Transition, TransitionState
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName, JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, CREATED, a_version

TIMES = st.datetimes(
    datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
COUNTS = st.integers(0, 10**12)
VERSIONS = st.none() | st.just(a_version().name)
DOCUMENTS = st.builds(
    ModelDocument,
    name=st.just(CHURN),
    epoch=TEXTS,
    token=TEXTS,
    count=COUNTS,
    generation=TEXTS,
    is_ours=st.booleans(),
    rule=TEXTS,
    vertex=VERSIONS,
    origin=st.none()
    | st.builds(
        Origin,
        job=st.just(JobName(project="analytics-dev", job="job_1")),
        creator=TEXTS,
        labels=st.dictionaries(TEXTS, TEXTS, max_size=3),
    ),
    aliases=st.dictionaries(
        TEXTS,
        st.builds(
            AliasRecord,
            giver=st.sampled_from(Giver),
            is_decided=st.booleans(),
            is_there=st.booleans(),
        ),
        max_size=3,
    ),
    is_partial=st.booleans(),
    rejection=TEXTS,
    retirement=st.none()
    | st.builds(
        RetirementRecord, key=TEXTS, wanted=TEXTS, generation=TEXTS, is_normalised=st.booleans()
    ),
    modified=COUNTS,
    expires=COUNTS,
    look=st.none() | st.builds(Look, policy=TEXTS, model=TEXTS),
    transitions=st.lists(
        st.builds(
            Transition,
            id=TEXTS,
            kind=TEXTS,
            generation=TEXTS,
            number=COUNTS,
            target=TEXTS,
            before=TEXTS,
            wanted=TEXTS,
            is_ours=st.booleans(),
            state=st.sampled_from(TransitionState),
            event=TEXTS,
        ),
        max_size=3,
    ).map(tuple),
    past=st.lists(
        st.builds(
            PastGeneration,
            generation=TEXTS,
            ended=TIMES,
            vertex=VERSIONS,
            aliases=st.lists(TEXTS, max_size=3).map(tuple),
            is_partial=st.booleans(),
            is_deleted=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    gone_at=st.none() | TIMES,
    expire_at=st.none() | TIMES,
)
EMPTY = ModelDocument(name=CHURN, epoch="e")


def as_firestore_reads(value: Any) -> Any:
    """The value after a round trip: its times have nanoseconds."""
    if isinstance(value, dict):
        return {key: as_firestore_reads(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_firestore_reads(each) for each in value]
    if isinstance(value, datetime):
        return DatetimeWithNanoseconds.from_rfc3339(value.isoformat().replace("+00:00", "Z"))
    return value


def kinds_in(value: Any) -> set[type]:
    """The types of all values in a document's fields."""
    if isinstance(value, dict):
        return {type(key) for key in value} | {k for v in value.values() for k in kinds_in(v)}
    if isinstance(value, list | tuple):
        return {kind for each in value for kind in kinds_in(each)}
    return {type(value)}


@given(DOCUMENTS)
def test_a_document_is_read_as_it_was_written_in_types_that_firestore_has(
    document: ModelDocument,
) -> None:
    fields = encoded(document)

    assert decoded(as_firestore_reads(fields), ModelDocument) == document
    assert kinds_in(fields) <= {str, int, bool, datetime, type(None)}


def test_every_field_is_written_so_that_an_update_leaves_nothing_of_an_earlier_one() -> None:
    assert set(encoded(EMPTY)) == set(ModelDocument.__struct_fields__)


def test_times_stay_times_and_are_read_without_their_own_type() -> None:
    at = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC)
    fields = encoded(replace(EMPTY, expire_at=at))

    read = decoded(as_firestore_reads(fields), ModelDocument)

    assert fields["expire_at"] is at
    assert read is not None
    assert (read.expire_at, type(read.expire_at)) == (at, datetime)


def test_a_time_in_another_zone_is_the_same_time() -> None:
    there = CREATED.astimezone(timezone(timedelta(hours=9)))
    fields = {**encoded(EMPTY), "gone_at": there}

    read = decoded(fields, ModelDocument)

    assert read is not None
    assert read.gone_at == CREATED


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": {"project": "x"}}, id="no name"),
        pytest.param({"name": {"project": "p", "dataset": "d", "model": "/"}}, id="an impossible name"),
        pytest.param({"count": "many"}, id="no number"),
        pytest.param({"count": -1}, id="a negative number"),
        pytest.param({"count": 10**40}, id="a number beyond all"),
        pytest.param({"transitions": [{"id": 1}]}, id="half a transition"),
        pytest.param({"aliases": {"prod": {"giver": "nobody"}}}, id="an unknown giver"),
        pytest.param({"schema": "one"}, id="no schema"),
    ],
)  # fmt: skip
def test_fields_that_no_release_has_written_count_as_absent(changes: dict[str, Any]) -> None:
    assert decoded({**encoded(EMPTY), **changes}, ModelDocument) is None


def test_nothing_at_all_counts_as_absent() -> None:
    assert decoded({}, ModelDocument) is None


@pytest.mark.parametrize(
    "added",
    [{"dataset": "d", "open": False, "gone": False}, {"later": [1]}],
    ids=["query", "later"],
)
def test_fields_beside_the_documents_own_are_left_aside(added: dict[str, Any]) -> None:
    assert decoded({**encoded(EMPTY), **added}, ModelDocument) == EMPTY


def test_a_document_of_a_later_release_is_refused_and_not_written_over() -> None:
    with pytest.raises(PermanentError) as raised:
        decoded({**encoded(EMPTY), "schema": SCHEMA + 1, "name": "of another form"}, ModelDocument)

    assert raised.value.reason is Reason.DOCUMENT_TOO_NEW


def test_a_datasets_document_is_read_as_it_was_written() -> None:
    name = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
    document = DatasetDocument(name=name, swept_at=CREATED, policy="p")

    assert decoded(as_firestore_reads(encoded(document)), DatasetDocument) == document
