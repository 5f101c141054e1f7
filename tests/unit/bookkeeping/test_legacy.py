"""What release 0.4.0 wrote as labels is read as it wrote it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.legacy import has_labels, rule_of, taken_over
from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    RetirementRecord,
    new_document,
)
from tests.builders import a_model
from tests.unit.bookkeeping.left_by_0_4_0 import (
    GENERATION,
    LINE,
    ON_MODEL,
    ON_VERSION,
    registered,
    takeover,
    version,
)


def test_a_registered_model_is_taken_over_with_its_version_its_rule_and_its_aliases() -> None:
    taken = takeover(registered(), version())

    assert taken.document == replace(
        new_document(registered(), "epoch"),
        is_ours=True,
        rule="production-models",
        vertex=version().name,
        aliases={
            "prod": AliasRecord(giver=Giver.RULE, is_decided=True),
            "Beta_2": AliasRecord(giver=Giver.PEOPLE),
            "eu-test": AliasRecord(giver=Giver.PEOPLE),
        },
    )
    assert not taken.was_pending


@pytest.mark.parametrize(
    ("model", "labels", "description"),
    [
        pytest.param({"vertex": "register"}, {"team": "growth"}, "by hand", id="people's own"),
        pytest.param({"bqml-registrar": "production-models"}, {}, "", id="the rule of today"),
        pytest.param(
            {}, {key: ON_VERSION[key] for key in ON_VERSION if "-of-" in key}, "", id="of today"
        ),
        pytest.param({}, {}, LINE.replace("83e2ef6d", "01234567"), id="another model's line"),
    ],
)
def test_where_0_4_0_wrote_nothing_nothing_is_taken_over(
    model: dict[str, str], labels: dict[str, str], description: str
) -> None:
    seen = registered(labels=model)
    of = version(labels=labels, model_description=description)

    assert taken_over(seen, of, new_document(seen, "epoch")) is None


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({"bqml-registrar-swept": "a-b-1-0"}, True, id="of a sweep"),
        pytest.param({"bqml-registrar-alias-prod": "1"}, True, id="of an alias"),
        pytest.param({"bqml-registrar": "production-models"}, False, id="the rule"),
        pytest.param({"bqml-registrar-of-model": "churn"}, False, id="the model's name"),
        pytest.param({"bqml": "x", "team": "growth"}, False, id="others"),
    ],
)
def test_labels_of_0_4_0_are_told_from_those_of_today(
    labels: dict[str, str], *, expected: bool
) -> None:
    assert has_labels(labels) is expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(ON_MODEL, "production-models", id="of 0.4.0"),
        pytest.param({"bqml-registrar": "production-models"}, "", id="of today"),
        pytest.param({"bqml-registrar-swept": "a-b-1-0"}, "", id="it was only skipped"),
    ],
)
def test_the_rule_is_believed_beside_other_labels_of_0_4_0_only(
    labels: dict[str, str], expected: str
) -> None:
    assert rule_of(labels) == expected


# The version: whether it was announced, and its aliases.


@pytest.mark.parametrize(
    ("model", "labels", "expected"),
    [
        pytest.param({}, {"bqml-registrar-revision": "3"}, True, id="it has a revision"),
        pytest.param({"bqml-registrar-generation": GENERATION}, {}, True, id="it was registered"),
        pytest.param({"bqml-registrar-generation": "1"}, {}, False, id="one before was"),
        pytest.param(
            {"bqml-registrar": "r", "bqml-registrar-swept": "a-b-1-0"}, {}, True, id="it was swept"
        ),
        pytest.param({"bqml-registrar-swept": "a-b-1-0"}, {}, False, id="it was only skipped"),
        pytest.param({}, {"bqml-registrar-revision": "0"}, False, id="no number of a revision"),
    ],
)
def test_a_version_that_0_4_0_handled_is_not_announced_again(
    model: dict[str, str], labels: dict[str, str], *, expected: bool
) -> None:
    document = takeover(registered(labels=model), version(labels=labels)).document

    assert (document.vertex == version().name) is expected


@pytest.mark.parametrize(
    ("value", "record"),
    [
        pytest.param("7", AliasRecord(giver=Giver.RULE, is_decided=True), id="given"),
        pytest.param("7-over-4", AliasRecord(giver=Giver.RULE, is_decided=True), id="taken over"),
        pytest.param("0", AliasRecord(giver=Giver.PEOPLE, is_decided=True), id="there before"),
        pytest.param("7-removed", AliasRecord(giver=Giver.PEOPLE), id="removed, and back"),
        pytest.param("-x", AliasRecord(giver=Giver.PEOPLE), id="garbled"),
        pytest.param("7" * 63, AliasRecord(giver=Giver.PEOPLE), id="a count of 63 digits"),
    ],
)
def test_who_gave_an_alias_is_read_from_its_label(value: str, record: AliasRecord) -> None:
    labels = {**ON_VERSION, "bqml-registrar-alias-prod": value}

    assert takeover(registered(), version(labels=labels)).document.aliases["prod"] == record


def test_an_alias_that_a_person_took_away_is_still_known_as_decided() -> None:
    aliases = takeover(registered(), version(aliases=("default",))).document.aliases

    assert aliases == {"prod": AliasRecord(giver=Giver.RULE, is_decided=True, is_there=False)}


# What was decided, and not recorded as announced.


@pytest.mark.parametrize(
    ("model", "labels", "expected"),
    [
        pytest.param({}, {"bqml-registrar-revision": "3", "bqml-registrar-announced": "3"}, False, id="announced"),
        pytest.param({}, {"bqml-registrar-revision": "3", "bqml-registrar-announced": "2"}, True, id="a revision"),
        pytest.param({}, {"bqml-registrar-revision": "3"}, True, id="the first revision"),
        pytest.param({"bqml-registrar-rejected": "2-4a69a62b4737c68d"}, {}, False, id="an announced refusal"),
        pytest.param({"bqml-registrar-rejected": "2-4a69a62b4737c68d-pending"}, {}, True, id="a refusal"),
        pytest.param({"bqml-registrar-retirement": f"1-20261215-{GENERATION}"}, {}, False, id="an announced retirement"),
        pytest.param({"bqml-registrar-retirement": f"1-20261215-{GENERATION}-pending"}, {}, True, id="a retirement"),
    ],
)  # fmt: skip
def test_what_was_pending_counts_as_announced_and_is_said(
    model: dict[str, str], labels: dict[str, str], *, expected: bool
) -> None:
    taken = takeover(registered(labels=model), version(labels=labels))

    assert taken.was_pending is expected
    assert taken.document.transitions == ()


@pytest.mark.parametrize(
    ("value", "digest"),
    [
        pytest.param("1-4a69a62b4737c68d", "4a69a62b4737c68d", id="announced"),
        pytest.param("12-4a69a62b4737c68d-pending", "4a69a62b4737c68d", id="pending"),
        pytest.param("2-registered", "", id="over"),
        pytest.param("9" * 40 + "-4a69a62b4737c68d", "", id="a count of 40 digits"),
        pytest.param("soon", "", id="garbled"),
    ],
)
def test_the_last_refusal_is_not_announced_again(value: str, digest: str) -> None:
    model = a_model(labels={"bqml-registrar-rejected": value})

    assert takeover(model).document.rejection == digest


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ("20261215", "retirement-3-20261215"),
        ("none20261215", "retirement-2-20261215"),
        ("inherited20261215", "retirement-2-20261215"),
        ("none", "retirement-2-"),
        ("unclear0123abcd", "retirement-3-unclear0123abcd"),
        ("unclear99999999", "retirement-3-unclear99999999"),
    ],
)
def test_a_retirement_keeps_the_key_by_which_its_events_are_known(wanted: str, key: str) -> None:
    model = a_model(labels={"bqml-registrar-retirement": f"3-{wanted}-{GENERATION}"})

    assert takeover(model).document.retirement == RetirementRecord(
        key=key, wanted=wanted, generation=GENERATION, count=3, is_normalised=True
    )


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        f"1-20261399-{GENERATION}",
        f"1-00000101-{GENERATION}",
        f"2-none20261399-{GENERATION}",
        "1-20261201-x",
        f"1-20261201-{'1' * 40}",
        f"{'1' * 40}-20261201-{GENERATION}",
    ],
)
def test_a_retirement_that_a_person_garbled_counts_as_absent(value: str) -> None:
    assert (
        takeover(a_model(labels={"bqml-registrar-retirement": value})).document.retirement is None
    )
