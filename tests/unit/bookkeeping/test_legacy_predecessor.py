"""The version before, as release 0.4.0 recorded it: in labels, and in a line of a description."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bqml_registrar.bookkeeping.legacy import taken_over, with_parent, without_line
from bqml_registrar.bookkeeping.model_document import PastGeneration, new_document
from tests.builders import CHURN, CREATED, a_model, a_version
from tests.unit.bookkeeping.left_by_0_4_0 import (
    GENERATION,
    LINE,
    NEXT,
    ON_MODEL,
    ON_VERSION,
    checked,
    registered,
    takeover,
    version,
)

BEFORE = PastGeneration(
    generation=GENERATION,
    ended=CREATED,
    vertex=a_version().name,
    aliases=("Beta_2", "eu-test"),
)


@pytest.mark.parametrize(
    ("labels", "description"),
    [
        pytest.param(ON_MODEL, "", id="labels"),
        pytest.param({}, LINE, id="description"),
        pytest.param(ON_MODEL, f"Retrained weekly\n{LINE}", id="both"),
    ],
)
def test_the_version_before_is_found_wherever_its_record_survived(
    labels: dict[str, str], description: str
) -> None:
    model = registered(created=NEXT, vertex_version="2", labels=labels)

    document = takeover(model, version("2", labels={}, model_description=description)).document

    assert document.past == (BEFORE,)
    assert (document.vertex, document.is_ours) == (None, False)


def test_a_record_over_several_labels_is_read_in_their_order() -> None:
    aliases = [f"alias-{number}-{'x' * 30}" for number in range(9)]
    text = checked(f"{GENERATION}__1__{'__'.join(aliases)}")
    cut = range(0, len(text), 63)
    labels = {
        f"bqml-registrar-memory-83e2ef6d-{number}": text[at : at + 63]
        for number, at in enumerate(cut, start=1)
    }

    (past,) = takeover(a_model(created=NEXT, labels=labels)).document.past

    assert len(labels) == 7
    assert past.aliases == tuple(aliases)


def past_of(text: str) -> tuple[PastGeneration, ...]:
    labels = {"bqml-registrar-memory-83e2ef6d-1": text}
    return takeover(registered(created=NEXT, labels=labels)).document.past


def test_that_a_record_had_no_room_for_all_aliases_is_read_too() -> None:
    (past,) = past_of("ceafe9__1793611800000__1__eu__-more")

    assert (past.aliases, past.is_partial) == (("eu",), True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("01ddfe__1793611800000__1___beta_-2__eu-test", id="another check"),
        pytest.param("01ddff__1793611800000__1___beta_-2__eu-tes", id="cut"),
        pytest.param("", id="empty"),
        pytest.param("__", id="without anything"),
        pytest.param(checked("x__1"), id="a generation that is no number"),
        pytest.param(checked("0__1"), id="generation 0"),
        pytest.param(checked("²__1"), id="a digit that is no number"),
        pytest.param(checked(f"{'9' * 15}__1"), id="a time after all times"),
        pytest.param(checked(f"{'9' * 5000}__1"), id="5,000 digits"),
    ],
)
def test_a_record_that_a_person_garbled_counts_as_absent(text: str) -> None:
    assert past_of(text) == ()


def test_of_two_records_the_newer_one_counts_and_none_of_this_very_model() -> None:
    older, newer, this = (checked(f"{number}__1__a{number}") for number in (1, 2, int(GENERATION)))

    def aliases(label: str, line: str) -> list[tuple[str, ...]]:
        model = registered(labels={"bqml-registrar-memory-83e2ef6d-1": label})
        of = version(model_description=f"[bqml-registrar 83e2ef6d: {line}]")
        return [past.aliases for past in takeover(model, of).document.past]

    assert aliases(older, newer) == aliases(newer, older) == [("a2",)]
    assert aliases(this, older) == [("a1",)]
    assert aliases(this, this) == []


def test_a_version_before_gets_the_id_that_no_record_had() -> None:
    unregistered = takeover(a_model(created=NEXT, labels=ON_MODEL)).document

    assert with_parent(unregistered, version().name).past == (BEFORE,)
    assert with_parent(with_parent(unregistered, version().name), version("2").name).past == (
        BEFORE,
    )


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        pytest.param(LINE, "", id="alone"),
        pytest.param(f"By hand\n{LINE}", "By hand", id="after people's text"),
        pytest.param(f"{LINE}\nBy hand", "By hand", id="before people's text"),
        pytest.param("\nBy hand\n", "\nBy hand\n", id="no line"),
        pytest.param(LINE.replace("83e2ef6d", "01234567"), LINE.replace("83e2ef6d", "01234567"), id="another model's"),
    ],
)  # fmt: skip
def test_a_description_loses_the_line_of_its_model_and_nothing_else(
    description: str, expected: str
) -> None:
    assert without_line(CHURN, description) == expected


# Whatever people, or somebody with a bad mind, made of it.

NUMBERS = st.sampled_from(["", "0", "1", "-1", "²", "9" * 15, "9" * 63, "9" * 5000, "1 "])
HOSTILE = st.one_of(
    NUMBERS,
    st.text(max_size=80),
    st.builds(lambda count, end: f"{count}-{end}", NUMBERS, st.text(max_size=20)),
    st.builds(
        lambda count, wanted, made: f"{count}-{wanted}-{made}-pending",
        NUMBERS,
        st.sampled_from(["20261215", "99999999", "none", "none00000000", "unclear01234567"]),
        NUMBERS,
    ),
    st.builds(lambda made, rest: checked(f"{made}__{rest}"), NUMBERS, st.text(max_size=40)),
)
KEYS = st.sampled_from(
    [*ON_MODEL, *ON_VERSION, "bqml-registrar-rejected", "bqml-registrar-retirement", "bqml-registrar-alias-"]
)  # fmt: skip
LABELS = st.dictionaries(KEYS, HOSTILE)


@given(model=LABELS, labels=LABELS, line=HOSTILE, is_next=st.booleans())
@example(
    model={"bqml-registrar-memory-83e2ef6d-1": checked(f"{'9' * 15}__1")},
    labels={},
    line="",
    is_next=True,
)
def test_hostile_labels_count_as_absent_and_raise_nothing(
    model: dict[str, str], labels: dict[str, str], line: str, *, is_next: bool
) -> None:
    seen = registered(labels=model, created=NEXT if is_next else CREATED)
    of = version(labels=labels, model_description=f"[bqml-registrar 83e2ef6d: {line}]")

    taken = taken_over(seen, of, new_document(seen, "epoch"))

    assert taken is not None
    assert {past.ended.year < 10_000 for past in taken.document.past} <= {True}
    assert without_line(CHURN, of.model_description) == "" or "\n" in line or "]" in line
