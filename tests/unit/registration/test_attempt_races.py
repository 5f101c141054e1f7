"""Races and crashes of more than two deliveries, each of which once lost an alias or an announcement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import AliasRecord, Giver
from bqml_registrar.errors import RetryableError
from bqml_registrar.policy.rules import LabelPolicy, RegisterAs
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model, a_policy, a_rule
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    LABELLED,
    a_change,
    alias_by_hand,
    announced,
    document,
    relabel,
    settle,
    types,
)
from tests.unit.registration.disturbances import Crash, happens_at

SECOND = replace(CHURN, model="second")
FAMILY: LabelPolicy = a_policy(
    a_rule(
        register=RegisterAs(
            model_id=Template.parse("{labels.family}"),
            aliases=(Template.parse("{labels.stage}"),),
        ),
        versions_of=True,
    )
)
OF_FAMILY = {**LABELLED, "family": "f"}


def failing_once(google: FakeGoogle, call: str) -> None:
    def fail() -> None:
        del google.before[call]
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    google.before[call] = fail


def aliases(google: FakeGoogle) -> dict[str, set[str]]:
    return {name.version: {*v.aliases} - {"default"} for name, v in google.versions.items()}


def test_an_alias_that_the_rule_gives_again_before_its_removal_was_told_stays_the_rules() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    for stage in ("champion", "prod"):
        relabel(google, stage=stage)
        failing_once(google, "Publish")
        with pytest.raises(RetryableError):
            settle(google)
    settle(google)

    assert document(google).aliases == {"prod": AliasRecord(giver=Giver.RULE, is_decided=True)}
    relabel(google, stage="champion")
    settle(google)
    assert aliases(google) == {"1": {"champion"}}
    assert len(set(announced(google))) == len(announced(google))


def test_the_first_of_a_family_does_not_take_an_alias_from_a_version_that_came_meanwhile() -> None:
    google = FakeGoogle(a_model(labels=OF_FAMILY))

    def crash() -> None:
        del google.before["MergeVersionAliases"]
        raise Crash

    google.before["MergeVersionAliases"] = crash
    with pytest.raises(Crash):
        settle(google, FAMILY)
    google.models[SECOND] = a_model(name=SECOND, labels=OF_FAMILY)
    settle(google, FAMILY, change=a_change(name=SECOND))
    assert aliases(google) == {"1": set(), "2": {"prod"}}

    outcome = settle(google, FAMILY)

    assert aliases(google) == {"1": set(), "2": {"prod"}}
    assert [note.reason for note in outcome.notes] == [Reason.OUTCOME_UNKNOWN]


def test_a_delivery_that_planned_nothing_new_still_tells_older_ones_to_look_again() -> None:
    """One that decided on older labels must not abandon what one on newer labels carries out."""
    google = FakeGoogle(a_model(labels=LABELLED))
    happens_at(google, 4, lambda: (_ for _ in ()).throw(Crash()))
    with pytest.raises(Crash):
        settle(google)
    relabel(google, stage="beta")

    def relabelled_and_settled() -> None:
        del google.before["GetModel"]
        relabel(google, stage="prod")
        settle(google)

    google.before["GetModel"] = relabelled_and_settled
    settle(google)

    assert aliases(google) == {"1": {"prod"}}
    assert document(google).aliases["prod"].giver is Giver.RULE
    assert sorted(types(google)) == ["alias.v1.assigned", "model.v1.registered"]


def open_document(google: FakeGoogle) -> None:
    """Something is left to announce."""
    relabel(google, stage="champion")
    failing_once(google, "Publish")
    with pytest.raises(RetryableError):
        settle(google)


@pytest.mark.parametrize("left", [open_document, lambda _: None], ids=["open", "settled"])
def test_a_model_that_no_rule_names_is_not_adopted_for_what_the_one_before_it_left(
    left: Callable[[FakeGoogle], None],
) -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    alias_by_hand(google, "mine")
    settle(google)
    left(google)
    google.published.clear()
    google.replace(CHURN, {})
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    settle(google)
    settle(google)

    assert aliases(google) == {"2": set()}
    assert google.models[CHURN].labels == {}
    told = types(google)
    assert told.count("model.v1.deleted") == 1
    assert not {"model.v1.registered", "model.v1.replaced", "model.v1.rejected"} & {*told}


def test_a_rule_that_names_the_next_model_later_still_takes_the_aliases_over() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    alias_by_hand(google, "mine")
    settle(google)
    google.clock.sleep(7_200)
    google.replace(CHURN, {})
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")
    settle(google)
    relabel(google, **LABELLED)

    settle(google)

    assert aliases(google) == {"2": {"prod", "mine"}}
    assert "alias.v1.carriedover" in types(google)


def test_a_persons_alias_that_came_while_no_rule_named_the_model_is_remembered() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    alias_by_hand(google, "mine")
    relabel(google, vertex=None)
    settle(google)

    google.replace(CHURN, LABELLED)
    settle(google)

    assert aliases(google) == {"2": {"prod", "mine"}}


@pytest.mark.parametrize("call", ["GetModel", "GetDocument", "Commit"])
def test_a_label_that_changes_before_a_model_is_adopted_gives_no_alias_of_the_old_one(
    call: str,
) -> None:
    model = a_model(labels=LABELLED)
    google = FakeGoogle(model)
    google.models[CHURN] = google.register(model, "prod_sales-churn")

    def relabelled() -> None:
        del google.before[call]
        relabel(google, stage="champion")

    google.before[call] = relabelled
    settle(google)

    assert aliases(google) == {"1": {"champion"}}
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]
