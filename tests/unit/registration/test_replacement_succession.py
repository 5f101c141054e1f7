"""CREATE OR REPLACE: what the new version takes over, by what was remembered before."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.names import VertexName
from bqml_registrar.policy.rules import RegisterAs
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
    "labels of the BigQuery model": lambda: replaced(registered("eu-test"), labels=None),
    "description of the registry's model": lambda: replaced(
        registered("eu-test", keeps_parents=True), labels=LABELLED
    ),
    "both": lambda: replaced(registered("eu-test", keeps_parents=True), labels=None),
}


def replaced(google: FakeGoogle, labels: dict[str, str] | None) -> FakeGoogle:
    google.replace(CHURN, labels)
    return google


@pytest.mark.parametrize("after_replace", SURVIVES.values(), ids=SURVIVES)
def test_a_persons_alias_is_carried_over_from_where_its_memory_survives(
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


def test_where_nothing_is_remembered_the_loss_of_aliases_is_told() -> None:
    google = replaced(registered("eu-test"), labels=LABELLED)

    settle(google)

    (event,) = told(google, "alias.v1.removed")
    assert set(only_version(google).aliases) == {"default", "prod"}
    assert types(google) == [
        "model.v1.registered",
        "model.v1.replaced",
        "alias.v1.removed",
        "alias.v1.assigned",
    ]
    assert event["alias"] == {"name": "*", "revision": 0}
    assert event["verdict"]["reason"] == "ALIASES_FORGOTTEN"


def test_a_redelivery_after_a_replace_only_reads() -> None:
    google = replaced(registered("eu-test"), labels=None)
    settle(google)
    google.calls.clear()

    settle(google)

    assert google.calls == ["models.get", "GetModel"]


def test_a_replace_that_lost_everything_costs_ten_calls() -> None:
    google = replaced(registered("eu-test"), labels=LABELLED)
    google.calls.clear()

    settle(google)

    assert len(google.calls) == 10


def test_an_alias_that_somebody_moved_meanwhile_is_left_where_it_is_and_told() -> None:
    google = replaced(registered("eu-test", keeps_parents=True), labels=LABELLED)
    elsewhere = a_version("9", aliases=("eu-test",))
    google.versions[elsewhere.name] = elsewhere
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    settle(google)

    (event,) = told(google, "alias.v1.rejected")
    assert google.versions[elsewhere.name].aliases == ("eu-test",)
    assert event["alias"] == {"name": "eu-test", "revision": 0}
    assert event["verdict"]["detail"].endswith("@9")


def test_a_second_replace_carries_over_what_the_first_one_did() -> None:
    google = replaced(registered("eu-test"), labels=None)
    settle(google)
    google.replace(CHURN)

    settle(google)

    assert only_version(google).name.version == "3"
    assert "eu-test" in only_version(google).aliases
    assert len(set(announced(google))) == 8


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


def test_the_description_that_versions_share_is_kept_when_the_memory_joins_it() -> None:
    google = registered()
    parent = only_version(google).name.at("")
    google.parents[parent] = "Churn, retrained weekly"
    alias_by_hand(google, "eu-test")

    settle(google)

    assert google.parents[parent].startswith("Churn, retrained weekly\n[bqml-registrar ")
    assert Predecessor.read_line(CHURN, google.parents[parent]).aliases == ("eu-test",)


def test_without_aliases_of_people_nothing_is_written_to_the_registrys_model() -> None:
    assert registered().parents == {}


def test_the_registrys_model_forgets_when_there_is_nothing_to_remember() -> None:
    google = registered("eu-test")
    version = only_version(google)
    google.versions[version.name] = replace(version, aliases=("default", "prod"), etag="human")

    settle(google)

    assert google.parents == {version.name.at(""): ""}


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


def test_an_id_whose_model_remembers_the_version_before_is_not_taken() -> None:
    google = registered("eu-test")
    elsewhere = a_version("2", aliases=())
    google.versions[elsewhere.name] = elsewhere
    google.replace(CHURN, LABELLED)

    assert settle(google).reason is Reason.RULE_MATCHED


def test_aliases_for_which_the_memory_had_no_room_are_told_as_lost() -> None:
    many = [f"alias-{number:02}-{'x' * 40}" for number in range(20)]
    google = replaced(registered(*many), labels=None)

    settle(google)

    kept = [alias for alias in only_version(google).aliases if alias in many]
    assert 0 < len(kept) < 20
    assert types(google).count("alias.v1.carriedover") == len(kept)
    assert types(google).count("alias.v1.removed") == 1


def test_a_second_version_of_a_shared_id_is_no_replacement() -> None:
    google = FakeGoogle(a_model(labels={**LABELLED, "family": "churn"}))
    first = a_version(name=VertexName(**{**_parts(a_version().name), "model_id": "churn"}))
    google.versions[first.name] = first
    shared_id = RegisterAs(model_id=Template.parse("{labels.family}"))

    settle(google, a_policy(a_rule(register=shared_id, versions_of=True)))

    assert types(google) == ["model.v1.registered"]


def _parts(name: VertexName) -> dict[str, str]:
    return {field: getattr(name, field) for field in ("project", "region", "model_id", "version")}


def test_of_two_models_patched_onto_one_id_at_once_the_second_is_rejected() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def patched_by_another_model() -> None:
        del google.before["models.patch"]
        first = a_version("1", labels={OWNER: "another-model"})
        google.versions[first.name] = first

    google.before["models.patch"] = patched_by_another_model

    outcomes = [settle(google), settle(google)]

    first, second = google.versions.values()
    assert [outcome.reason for outcome in outcomes] == [Reason.ID_COLLISION] * 2
    assert types(google) == ["model.v1.rejected"]
    assert (second.aliases, second.labels) == ((), {})
    assert first.labels == {OWNER: "another-model"}


def test_a_model_that_somebody_registered_beside_another_is_adopted_where_it_is() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    first = a_version("1", labels={OWNER: "another-model"})
    google.versions[first.name] = first
    google.models[CHURN] = google.register(google.models[CHURN], "prod_sales-churn")

    outcome = settle(google)

    assert outcome.reason is Reason.ALREADY_REGISTERED
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]
