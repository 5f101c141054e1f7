"""Aliases and labels of a registered version, and what others do to them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.builders import CHURN, a_model
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import LABELLED, announced, relabel, settle


def test_an_alias_that_somebody_moved_away_is_not_taken_back() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    (name,) = google.versions
    google.versions[name] = replace(google.versions[name], aliases=("default",), etag="human")

    settle(google)

    assert google.versions[name].aliases == ("default",)


def test_a_changed_label_moves_the_version_from_one_alias_to_the_other() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    restaged = {**google.models[CHURN].labels, "stage": "champion"}
    google.models[CHURN] = replace(google.models[CHURN], labels=restaged, etag="e9")

    outcome = settle(google)

    (version,) = google.versions.values()
    assert outcome.announced == ("alias.v1.assigned", "alias.v1.removed")
    assert version.aliases == ("default", "champion")
    assert len(set(announced(google))) == 4


def test_a_label_that_somebody_sets_meanwhile_survives() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    (name,) = google.versions
    human = {**google.versions[name].labels, "reviewed-by": "bo"}
    google.versions[name] = replace(google.versions[name], labels=human, etag="human")
    team = {**google.models[CHURN].labels, "team": "risk"}
    google.models[CHURN] = replace(google.models[CHURN], labels=team, etag="e9")

    settle(google)

    assert google.versions[name].labels["reviewed-by"] == "bo"
    assert google.versions[name].labels["team"] == "risk"


@pytest.mark.parametrize("call", ["MergeVersionAliases", "Publish"])
def test_a_label_that_a_person_sets_between_two_of_our_calls_survives(call: str) -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def label_by_hand() -> None:
        del google.before[call]
        (name,) = google.versions
        labels = {**google.versions[name].labels, "reviewed-by": "bo"}
        google.versions[name] = replace(google.versions[name], labels=labels, etag="human")

    google.before[call] = label_by_hand

    outcome = settle(google)

    (version,) = google.versions.values()
    assert version.labels["reviewed-by"] == "bo"
    assert set(outcome.announced) == {"model.v1.registered", "alias.v1.assigned"}


def test_a_withdrawal_that_a_crash_left_half_done_and_a_label_took_back_is_settled_in_one_delivery() -> (
    None
):
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    relabel(google, stage=None)
    google.before["Publish"] = crash
    with pytest.raises(KeyboardInterrupt):
        settle(google)
    del google.before["Publish"]
    relabel(google, stage="prod")

    outcome = settle(google)

    (version,) = google.versions.values()
    assert outcome.announced == ("alias.v1.removed", "alias.v1.assigned")
    assert version.aliases == ("default", "prod")


def crash() -> None:
    """The process ends here."""
    raise KeyboardInterrupt
