"""What the port `Store` promises, on the fake and on Firestore of the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.adapters.store import FirestoreStore
from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    Look,
    ModelDocument,
    PastGeneration,
    RetirementRecord,
    Stored,
)
from bqml_registrar.bookkeeping.transitions import Transition, TransitionState
from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.ports import Store
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from local.cloud.control import Control
from local.cloud.databases import database_name, databases
from tests.builders import CHURN, a_version
from tests.fakes.google import FakeGoogle

DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
AT = datetime(2026, 11, 2, 9, 30, 0, 123000, tzinfo=UTC)
PENDING = Transition(id="t1", kind="model.v1.registered", generation="1", number=1)
FULL = ModelDocument(
    name=CHURN,
    epoch="e",
    token="t",
    count=2,
    generation="1793611800000",
    is_ours=True,
    rule="production-models",
    vertex=a_version().name,
    origin=Origin(
        job=JobName(project=CHURN.project, job="j"), creator="ana@example.com", labels={"a": "b"}
    ),
    aliases={
        "prod": AliasRecord(giver=Giver.RULE, is_decided=True),
        "eu-test": AliasRecord(giver=Giver.PEOPLE, is_there=False),
    },
    rejection="0123456789abcdef",
    retirement=RetirementRecord(key="retirement-1", wanted="20261109", generation="1"),
    modified=1793611800001,
    expires=1793611800002,
    look=Look(policy="p", model="m"),
    transitions=(
        PENDING,
        replace(PENDING, id="t2", state=TransitionState.EFFECTED, event='{"payload":{}}'),
    ),
    past=(
        PastGeneration(
            generation="1", ended=AT, vertex=a_version().name, aliases=("x",), is_deleted=True
        ),
    ),
    gone_at=AT,
    expire_at=AT + timedelta(days=60),
)
EMPTY = ModelDocument(name=CHURN, epoch="e")


@pytest.fixture(params=["fakes", "adapters"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fakes":
        return FakeGoogle().store
    request.getfixturevalue("firestore")
    return FirestoreStore("analytics-dev", "bqml-registry")


@pytest.fixture
def firestore(control: Control) -> Iterator[Control]:
    """A local cloud with the databases that the rollout makes."""
    control.put_state(firestore={"databases": databases()})
    return control


@pytest.mark.parametrize("document", [EMPTY, FULL], ids=["empty", "full"])
def test_a_document_is_read_as_it_was_written(store: Store, document: ModelDocument) -> None:
    store.put(document, store.get(CHURN))

    assert store.get(CHURN).document == document


def test_a_model_of_which_nothing_is_remembered_has_no_document(store: Store) -> None:
    assert store.get(CHURN) == Stored()


def test_a_document_is_written_over_the_one_that_was_read(store: Store) -> None:
    first = store.put(FULL, Stored())

    second = store.put(replace(FULL, aliases={}, transitions=()), first)
    store.put(replace(EMPTY, count=7), second)

    assert store.get(CHURN).document == replace(EMPTY, count=7)


def test_whoever_read_before_another_wrote_may_not_write(store: Store) -> None:
    before = store.put(EMPTY, Stored())
    store.put(replace(EMPTY, count=1), before)

    for stale in (before, Stored()):
        with pytest.raises(StaleError):
            store.put(replace(EMPTY, count=2), stale)

    assert store.get(CHURN).document == replace(EMPTY, count=1)


def test_of_several_writers_that_read_the_same_one_wins(store: Store) -> None:
    seen = store.put(EMPTY, Stored())

    def write(number: int) -> bool:
        try:
            store.put(replace(EMPTY, count=number), seen)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(1, 9)))

    assert won.count(True) == 1
    document = store.get(CHURN).document
    assert document is not None
    assert won[document.count - 1]


def test_documents_of_several_models_are_read_in_one_call(store: Store) -> None:
    other = replace(CHURN, model="ग्राहक")
    store.put(EMPTY, Stored())
    store.put(replace(EMPTY, name=other), Stored())

    found = store.get_all([CHURN, other, replace(CHURN, model="none")])

    assert set(found) == {CHURN, other}
    assert store.get_all([]) == {}


def names(model: str) -> ModelName:
    return replace(CHURN, model=model)


def test_models_are_found_by_their_dataset_and_by_what_is_left_to_do(store: Store) -> None:
    documents = {
        "settled": replace(EMPTY, name=names("settled")),
        "open": replace(EMPTY, name=names("open"), transitions=(PENDING,)),
        "gone": replace(EMPTY, name=names("gone"), gone_at=AT),
        "gone-open": replace(EMPTY, name=names("gone-open"), gone_at=AT, transitions=(PENDING,)),
        "elsewhere": replace(EMPTY, name=replace(CHURN, dataset="other"), transitions=(PENDING,)),
    }
    for document in documents.values():
        store.put(document, Stored())

    assert {n.model for n in store.open_models(DATASET)} == {"open", "gone-open"}
    assert {n.model for n in store.known_models(DATASET)} == {"settled", "open"}


def test_a_dataset_has_a_document_once_it_was_swept(store: Store) -> None:
    first = DatasetDocument(name=DATASET, swept_at=AT, policy="p")
    assert store.dataset(DATASET) is None

    for document in (first, replace(first, policy="q")):
        store.put_dataset(document)

    assert store.dataset(DATASET) == replace(first, policy="q")


def test_ids_are_never_the_same(store: Store) -> None:
    assert len({store.new_id() for _ in range(100)}) == 100


# Of Firestore alone.


@pytest.fixture
def real(firestore: Control) -> FirestoreStore:
    return FirestoreStore("analytics-dev", "bqml-registry")


def test_what_is_prepared_is_there_for_the_first_call(real: FirestoreStore) -> None:
    real.prepare()

    assert real.get(CHURN) == Stored()


def test_a_write_whose_answer_was_lost_recognises_itself(
    real: FirestoreStore, firestore: Control
) -> None:
    firestore.fault("Firestore.Commit", "error_after", status="UNAVAILABLE")

    written = real.put(replace(EMPTY, token="mine"), Stored())

    assert real.put(replace(EMPTY, count=1), written).document == replace(EMPTY, count=1)


REFUSED = {
    "UNAVAILABLE": RetryableError,
    "DEADLINE_EXCEEDED": RetryableError,
    "ABORTED": StaleError,
    "PERMISSION_DENIED": PermanentError,
}


@pytest.mark.parametrize(("status", "error"), REFUSED.items(), ids=REFUSED)
def test_a_write_that_had_no_effect_is_an_error_of_the_families(
    status: str, error: type[Exception], real: FirestoreStore, firestore: Control
) -> None:
    firestore.fault("Firestore.Commit", "error_before", status=status)

    with pytest.raises(error):
        real.put(EMPTY, Stored())

    assert real.get(CHURN) == Stored()


def raw(control: Control, **fields: object) -> None:
    """The document as somebody else wrote it."""
    name = FirestoreStore("analytics-dev", "bqml-registry")._reference(CHURN).path
    document = {"name": f"{database_name('bqml-registry')}/documents/{name}", "fields": fields}
    state = {**databases()[0], "documents": [document]}
    control.put_state(firestore={"databases": [state]})


def test_fields_that_no_release_wrote_count_as_no_document_and_are_written_over(
    real: FirestoreStore, firestore: Control
) -> None:
    raw(firestore, generation={"integerValue": "9" * 18}, name={"stringValue": "x"})

    found = real.get(CHURN)
    assert found.document is None
    real.put(EMPTY, found)

    assert real.get(CHURN).document == EMPTY


def test_a_document_of_a_later_release_is_not_touched(
    real: FirestoreStore, firestore: Control
) -> None:
    raw(firestore, schema={"integerValue": "2"})

    with pytest.raises(PermanentError) as raised:
        real.get(CHURN)

    assert raised.value.reason is Reason.DOCUMENT_TOO_NEW


def test_a_database_that_does_not_exist_is_for_a_person(control: Control) -> None:
    with pytest.raises(PermanentError, match="database") as raised:
        FirestoreStore("analytics-dev", "bqml-registry").get(CHURN)

    assert raised.value.reason is Reason.REFUSED_BY_SERVICE


def test_a_tombstone_goes_by_itself_once_its_time_has_come(
    real: FirestoreStore, firestore: Control
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    real.put(replace(FULL, expire_at=soon), Stored())

    firestore.advance(2 * 86_400)
    firestore.wait_idle()

    assert real.get(CHURN) == Stored()
