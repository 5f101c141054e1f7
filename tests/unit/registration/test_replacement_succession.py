"""CREATE OR REPLACE: what the new version takes over, by what was remembered before."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import RetryableError
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import ModelVersion, Origin
from tests.builders import CHURN, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    JOB,
    LABELLED,
    TOPIC,
    alias_by_hand,
    announced,
    document,
    settle,
    types,
)


def registered(*custom: str, keeps_parents: bool = False) -> FakeGoogle:
    """`churn` in the registry with the rule's alias `prod`, and aliases that a person gave."""
    google = FakeGoogle(a_model(labels=LABELLED))
    google.keeps_parents = keeps_parents
    settle(google)
    alias_by_hand(google, *custom)
    settle(google)
    google.published.clear()
    return google


def told(google: FakeGoogle, event_type: str) -> list[dict[str, object]]:
    return [
        json.loads(message.data)
        for message in google.published.get(TOPIC, [])
        if message.attributes["ce-type"].endswith(event_type)
    ]


def only_version(google: FakeGoogle) -> ModelVersion:
    (version,) = google.versions.values()
    return version


SURVIVES: dict[str, Callable[[], FakeGoogle]] = {
    "nothing": lambda: replaced(registered("eu-test"), labels=LABELLED),
    "labels of the BigQuery model": lambda: replaced(registered("eu-test"), labels=None),
    "the registry's model": lambda: replaced(
        registered("eu-test", keeps_parents=True), labels=LABELLED
    ),
    "both": lambda: replaced(registered("eu-test", keeps_parents=True), labels=None),
}


def replaced(google: FakeGoogle, labels: dict[str, str] | None) -> FakeGoogle:
    google.replace(CHURN, labels)
    return google


@pytest.mark.parametrize("after_replace", SURVIVES.values(), ids=SURVIVES)
def test_a_persons_alias_is_carried_over_whatever_a_replace_leaves(
    after_replace: Callable[[], FakeGoogle],
) -> None:
    google = after_replace()

    settle(google)

    assert only_version(google).name.version == "2"
    assert set(only_version(google).aliases) == {"default", "prod", "eu-test"}
    assert types(google) == [
        "model.v1.registered",
        "model.v1.replaced",
        "alias.v1.carriedover",
        "alias.v1.assigned",
    ]


def test_the_replaced_version_is_told_as_it_is_remembered() -> None:
    google = replaced(registered("eu-test"), labels=None)

    settle(google)

    (event,) = told(google, "replaced")
    assert event["gone"] == {
        "name": "projects/analytics-dev/locations/us-central1/models/prod_sales-churn@1",
        "generation": a_model().generation,
        "aliases": ["eu-test"],
    }


def forgotten(google: FakeGoogle) -> FakeGoogle:
    """The document is lost, and the registry counts on."""
    google.documents.clear()
    return google


def test_where_nothing_is_remembered_the_loss_of_aliases_is_told() -> None:
    google = forgotten(replaced(registered("eu-test"), labels=LABELLED))

    settle(google)

    (event,) = told(google, "alias.v1.removed")
    assert set(only_version(google).aliases) == {"default", "prod"}
    assert types(google) == [
        "model.v1.registered",
        "alias.v1.assigned",
        "model.v1.replaced",
        "alias.v1.removed",
    ]
    assert event["alias"]["name"] == "*"
    assert event["verdict"]["reason"] == "ALIASES_FORGOTTEN"


def test_a_redelivery_after_a_replace_only_reads() -> None:
    google = replaced(registered("eu-test"), labels=None)
    settle(google)
    google.calls.clear()

    settle(google)

    assert google.calls == ["models.get", "GetDocument", "GetModel"]


def test_a_replace_costs_one_call_more_than_a_first_registration() -> None:
    google = replaced(registered("eu-test"), labels=LABELLED)
    google.calls.clear()

    settle(google)

    assert len(google.calls) == 12
    assert google.calls.count("ListModelVersions") == 1


def test_an_alias_that_somebody_moved_meanwhile_is_left_where_it_is_and_told() -> None:
    google = replaced(registered("eu-test", keeps_parents=True), labels=LABELLED)
    elsewhere = a_version("9", aliases=("eu-test",))
    google.versions[elsewhere.name] = elsewhere
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    settle(google)

    (event,) = told(google, "alias.v1.rejected")
    assert google.versions[elsewhere.name].aliases == ("eu-test",)
    assert event["alias"]["name"] == "eu-test"
    assert event["verdict"]["detail"].endswith("@9")


def test_a_second_replace_carries_over_what_the_first_one_did() -> None:
    google = replaced(registered("eu-test"), labels=None)
    settle(google)
    google.replace(CHURN)

    settle(google)

    assert only_version(google).name.version == "3"
    assert "eu-test" in only_version(google).aliases
    assert len(set(announced(google))) == 8


@pytest.mark.parametrize("call", ["Commit", "models.patch", "UpdateModel", "Publish"])
def test_models_replaced_while_a_service_is_down_take_over_all_that_there_was(call: str) -> None:
    google = registered("eu-test")
    google.before[call] = down
    for _ in range(3):
        google.replace(CHURN)
        with pytest.raises(RetryableError):
            settle(google)
    del google.before[call]

    settle(google)

    assert set(only_version(google).aliases) == {"default", "prod", "eu-test"}
    assert "alias.v1.carriedover" in types(google)
    assert told(google, "replaced")[-1]["gone"]["aliases"] == ["eu-test"]  # type: ignore[index]
    assert document(google).transitions == ()


def down() -> None:
    raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")


def test_an_alias_that_a_person_took_away_before_the_replace_does_not_come_back() -> None:
    google = registered("eu-test")
    version = only_version(google)
    google.versions[version.name] = replace(version, aliases=("default", "prod"), etag="human")
    settle(google)
    google.replace(CHURN)

    settle(google)

    assert "eu-test" not in only_version(google).aliases


def test_a_model_that_comes_registered_from_its_replace_is_carried_over_too() -> None:
    google = replaced(registered("eu-test"), labels=None)
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    settle(google)

    assert "eu-test" in only_version(google).aliases
    assert "alias.v1.carriedover" in types(google)


def test_nothing_is_written_to_the_registrys_model() -> None:
    google = registered("eu-test")
    settle(replaced(google, labels=None))

    assert google.parents == {}


def test_labels_of_a_person_on_one_version_do_not_show_on_the_next() -> None:
    google = registered("eu-test", keeps_parents=True)
    version = only_version(google)
    labels = {**version.labels, "approved-by": "ana"}
    google.versions[version.name] = replace(version, labels=labels, etag="human")
    settle(google)

    settle(replaced(google, labels=None))

    assert "approved-by" not in only_version(google).labels


def test_an_alias_that_was_a_persons_before_the_rule_gave_it_stays_a_persons() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")
    alias_by_hand(google, "prod")
    settle(google)
    settle(replaced(google, labels=None))
    relabelled = {**google.models[CHURN].labels, "stage": "champion"}
    google.models[CHURN] = replace(google.models[CHURN], labels=relabelled, etag="e9")

    settle(google)

    assert set(only_version(google).aliases) == {"default", "prod", "champion"}


def test_an_alias_of_the_rules_is_not_remembered_while_the_job_that_gives_it_is_not_found() -> None:
    by_run = replace(a_rule().register, aliases=(Template.parse("{job.labels.run}"),))
    policy = a_policy(a_rule(register=by_run))
    google = FakeGoogle(a_model(labels=LABELLED))
    origin = Origin(job=JOB, creator="ana@example.com", labels={"run": "monday"})
    google.jobs.append((JOB, CHURN, origin))
    settle(google, policy)
    google.jobs.clear()
    relabelled = {**google.models[CHURN].labels, "reviewed": "yes"}
    google.models[CHURN] = replace(google.models[CHURN], labels=relabelled, etag="e9")
    settle(google, policy)
    google.replace(CHURN)

    settle(google, policy)

    assert only_version(google).aliases == ("default",)


def test_aliases_for_which_the_document_had_no_room_are_told_as_lost() -> None:
    many = [f"alias-{number:04}" for number in range(200)]
    google = replaced(registered(*many), labels=None)

    settle(google)

    kept = [alias for alias in only_version(google).aliases if alias in many]
    assert 20 <= len(kept) < 200
    assert types(google).count("alias.v1.carriedover") == len(kept)
    assert types(google).count("alias.v1.removed") == 1
