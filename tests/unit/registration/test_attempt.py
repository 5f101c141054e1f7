"""The use case on fakes: what is decided, done and announced."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import AliasRecord, Giver
from bqml_registrar.bookkeeping.ownership import OF_DATASET, OF_MODEL, OWNER, source_digest
from bqml_registrar.errors import RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import Match, RegisterAs
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.use_case import register_model
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import (
    JOB,
    LABELLED,
    TOPIC,
    a_change,
    a_context,
    announced,
    changes,
    document,
    relabel,
    settle,
    types,
)


def test_a_model_that_a_rule_names_is_registered_with_its_alias_and_labels() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    outcome = settle(google)

    (version,) = google.versions.values()
    assert outcome.reason is Reason.RULE_MATCHED
    assert str(version.name).endswith("/locations/us-central1/models/prod_sales-churn@1")
    assert version.aliases == ("default", "prod")
    assert version.labels["team"] == "growth"
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_registering_costs_eleven_calls_and_the_announcement_comes_before_the_last() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    settle(google)

    assert google.calls == [
        "models.get",
        "GetDocument",
        "GetModel",
        "Commit",
        "models.patch",
        "GetModel",
        "UpdateModel",
        "MergeVersionAliases",
        "Commit",
        "Publish",
        "Commit",
    ]


def test_a_redelivery_only_reads() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.calls.clear()

    outcome = settle(google)

    assert outcome.announced == ()
    assert google.calls == ["models.get", "GetDocument", "GetModel"]


def test_a_model_that_no_rule_names_is_left_alone_after_one_read() -> None:
    google = FakeGoogle(a_model())

    outcome = settle(google)

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.calls == ["models.get"]


def test_a_model_whose_name_no_rule_matches_costs_no_call_at_all() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    elsewhere = a_rule(match=Match(fields={"dataset": Condition(globs=("staging_*",))}))

    outcome = settle(google, a_policy(elsewhere))

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.calls == []


def test_a_model_whose_name_no_rule_matches_asks_for_no_client_at_all() -> None:
    class Unmade:
        """Ports that may not be asked for."""

    elsewhere = a_rule(match=Match(fields={"dataset": Condition(globs=("staging_*",))}))
    context = a_context(Unmade(), a_policy(elsewhere))

    outcome = register_model(a_change(), Cause(id="e"), context)

    assert outcome.reason is Reason.NO_RULE_MATCHED


def test_a_model_that_is_gone_is_skipped() -> None:
    outcome = settle(FakeGoogle())

    assert outcome.reason is Reason.MODEL_GONE


def test_a_label_added_later_has_the_same_effect_as_one_at_creation() -> None:
    late = FakeGoogle(a_model())
    settle(late)
    late.models[CHURN] = replace(late.models[CHURN], labels=LABELLED, etag="e2")
    settle(late)
    at_once = FakeGoogle(a_model(labels=LABELLED))
    settle(at_once)

    assert changes(late) == changes(at_once)
    assert {name: (v.aliases, v.labels) for name, v in late.versions.items()} == {
        name: (v.aliases, v.labels) for name, v in at_once.versions.items()
    }


def test_a_remote_model_is_rejected_once_with_its_reason() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))

    outcomes = [settle(google), settle(google)]

    (message,) = google.published[TOPIC]
    assert [outcome.reason for outcome in outcomes] == [Reason.REMOTE_MODEL] * 2
    assert message.attributes["ce-type"] == "bqml.registrar.model.v1.rejected"
    assert json.loads(message.data)["verdict"]["reason"] == "REMOTE_MODEL"
    assert google.models[CHURN].labels == LABELLED
    assert google.versions == {}


def test_refusals_that_alternate_are_each_announced_with_an_id_of_their_own() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))
    other = a_policy(a_rule(name="other-rule"))

    for policy in (a_policy(), other, a_policy()):
        settle(google, policy)

    ids = [event_id for _, event_id in announced(google)]
    assert len(set(ids)) == 3


def test_an_id_that_belongs_to_another_model_is_not_taken() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    stranger = a_version()
    google.versions[stranger.name] = stranger

    outcome = settle(google)

    assert outcome.reason is Reason.ID_TAKEN
    assert google.versions == {stranger.name: stranger}
    assert types(google) == ["model.v1.rejected"]


def test_a_concurrent_delivery_of_the_same_model_is_not_taken_for_another_model() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def settled_by_another_delivery() -> None:
        del google.before["GetModel"]
        settle(google)

    google.before["GetModel"] = settled_by_another_delivery

    outcome = settle(google)

    assert outcome.reason is Reason.RULE_MATCHED
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_a_rule_that_says_versions_of_makes_versions_of_one_model() -> None:
    google = FakeGoogle(a_model(labels={**LABELLED, "family": "churn"}))
    name = replace(a_version().name, model_id="churn")
    google.versions[name] = replace(a_version(), name=name)
    shared_id = RegisterAs(model_id=Template.parse("{labels.family}"))

    settle(google, a_policy(a_rule(register=shared_id, versions_of=True)))

    assert [version.version for version in google.versions] == ["1", "2"]


def test_a_model_that_came_registered_is_adopted_under_its_own_id() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    google.models[CHURN] = google.register(google.models[CHURN], "by-hand")

    outcome = settle(google)

    (version,) = google.versions.values()
    assert outcome.reason is Reason.ALREADY_REGISTERED
    assert version.name.model_id == "by-hand"
    assert version.aliases == ("default", "prod")
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]
    assert google.numbers == {version.name.at(""): 1}
    assert google.models[CHURN].labels[OWNER] == "production-models"


def test_a_refusal_after_a_registration_has_an_id_of_its_own() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))
    settle(google)
    google.models[CHURN] = replace(google.models[CHURN], is_remote=False, etag="e2")
    settle(google)
    google.models[CHURN] = replace(google.models[CHURN], is_remote=True, etag="e3")

    settle(google)

    refusals = [event_id for kind, event_id in announced(google) if kind == "model.v1.rejected"]
    assert len(set(refusals)) == 2


def test_the_vertex_client_is_prepared_when_a_rule_has_matched_and_not_before() -> None:
    skipped, registered = FakeGoogle(a_model()), FakeGoogle(a_model(labels=LABELLED))

    settle(skipped)
    settle(registered)

    assert skipped.prepared == []
    assert registered.prepared == ["us-central1"]


def test_a_source_is_read_only_where_the_outcome_depends_on_it() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    policy = a_policy(label_sources=(Source.MODEL, Source.JOB, Source.DATASET))

    settle(google, policy)

    assert "jobs.get" not in google.calls
    assert "datasets.get" not in google.calls


def test_job_labels_and_dataset_labels_stand_in_for_missing_model_labels() -> None:
    google = FakeGoogle(a_model())
    google.jobs.append(
        (JOB, CHURN, Origin(job=JOB, creator="ana@example.com", labels={"vertex": "register"}))
    )
    google.datasets["prod_sales"] = {"stage": "prod"}
    policy = a_policy(label_sources=(Source.MODEL, Source.JOB, Source.DATASET))

    outcome = settle(google, policy)

    (version,) = google.versions.values()
    assert outcome.reason is Reason.RULE_MATCHED
    assert "prod" in version.aliases


def test_a_description_whose_origin_is_unknown_is_left_out_and_said_so() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    described = replace(a_rule().register, description=Template.parse("Trained by {job.creator}"))

    outcome = settle(google, a_policy(a_rule(register=described)))

    (version,) = google.versions.values()
    assert version.description == ""
    assert "ORIGIN_UNKNOWN" in outcome.detail


def test_one_label_on_the_model_and_three_on_the_version_are_all_that_people_see_of_us() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    settle(google)

    (version,) = google.versions.values()
    assert google.models[CHURN].labels == {**LABELLED, OWNER: "production-models"}
    assert version.labels == {
        "team": "growth",
        OWNER: source_digest(CHURN),
        OF_DATASET: "prod_sales",
        OF_MODEL: "churn",
    }


def test_the_document_says_what_was_done_and_nothing_is_left_open() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    settle(google)

    (name,) = google.versions
    kept = document(google)
    assert (kept.generation, kept.rule, kept.vertex, kept.is_ours) == (
        a_model().generation,
        "production-models",
        name,
        True,
    )
    assert kept.aliases == {"prod": AliasRecord(giver=Giver.RULE, is_decided=True)}
    assert (kept.transitions, kept.count) == ((), 2)


def test_a_label_taken_away_after_registration_is_told_once_and_nothing_is_undone() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    before = dict(google.versions)
    relabel(google, vertex=None)

    outcomes = [settle(google), settle(google)]

    (message,) = google.published[TOPIC][2:]
    assert [outcome.reason for outcome in outcomes] == [Reason.LABEL_REMOVED] * 2
    assert outcomes[0].rule == "production-models"
    assert outcomes[0].detail == "production-models: labels.vertex"
    assert message.attributes["ce-type"] == "bqml.registrar.model.v1.rejected"
    assert message.attributes["ce-vertexmodel"] == "prod_sales-churn"
    assert google.versions == before


def test_a_label_that_comes_and_goes_is_told_each_time_with_an_id_of_its_own() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    for label in ("register", None, "register", None, "register"):
        relabel(google, vertex=label)
        settle(google)

    refusals = [event_id for kind, event_id in announced(google) if kind == "model.v1.rejected"]
    assert len(refusals) == len(set(refusals)) == 2
    assert len(google.versions) == 1


def test_a_policy_that_no_longer_names_a_registered_model_is_told_like_a_label_taken_away() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)

    outcome = settle(google, a_policy(a_rule(name="keep-out", register=None)))

    assert outcome.reason is Reason.LABEL_REMOVED
    assert outcome.detail == "excluded by keep-out"


def test_a_model_that_somebody_else_registered_and_no_rule_names_is_none_of_our_business() -> None:
    google = FakeGoogle(a_model())
    google.models[CHURN] = google.register(google.models[CHURN], "by-hand")

    outcome = settle(google)

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.published == {}


def test_another_rule_that_names_a_registered_model_takes_it_over() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    other = a_rule(name="other-rule")

    settle(google, a_policy(other))

    assert google.models[CHURN].labels[OWNER] == "other-rule"
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


@pytest.mark.parametrize("call", ["GetModel", "UpdateModel", "MergeVersionAliases", "Publish"])
def test_a_registration_that_a_crash_left_untold_is_told_before_its_label_was_taken_away(
    call: str,
) -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def down() -> None:
        if google.versions:
            raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    google.before[call] = down
    with pytest.raises(RetryableError):
        settle(google)
    del google.before[call]
    relabel(google, vertex=None)

    outcomes = [settle(google), settle(google)]

    told = types(google)
    assert {outcome.reason for outcome in outcomes} == {Reason.LABEL_REMOVED}
    assert told[0] == "model.v1.registered"
    assert told[-1] == "model.v1.rejected"
    assert len(announced(google)) == len(set(announced(google)))


def test_once_a_refusal_is_over_a_redelivery_only_reads() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))
    settle(google)
    google.models[CHURN] = replace(google.models[CHURN], is_remote=False, etag="e2")
    settle(google)
    google.calls.clear()

    settle(google)

    assert google.calls == ["models.get", "GetDocument", "GetModel"]


def test_a_label_taken_away_is_told_once_though_another_condition_fails_by_then() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    relabel(google, vertex=None)
    settle(google)
    elsewhere = a_rule(match=Match(labels={"tier": Condition(globs=("1",))}))

    settle(google, a_policy(elsewhere))

    assert types(google).count("model.v1.rejected") == 1


def test_an_id_that_seems_taken_is_looked_at_again_when_the_model_changed_meanwhile() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    stranger = a_version()
    google.versions[stranger.name] = stranger

    def dropped_and_relabelled() -> None:
        del google.before["GetModel"]
        google.models[CHURN] = a_model(labels={}, etag="e2")

    google.before["GetModel"] = dropped_and_relabelled

    assert settle(google).reason is Reason.NO_RULE_MATCHED
    assert google.published == {}


def test_where_case_is_ignored_all_is_about_the_name_that_bigquery_answers_with() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    google.ignoring_case.add(CHURN.dataset)

    outcome = settle(google, change=a_change(name=replace(CHURN, model="CHURN")))
    again = settle(google)

    subjects = {message.attributes["ce-subject"] for message in google.published[TOPIC]}
    assert (outcome.name, outcome.reason) == (CHURN, Reason.RULE_MATCHED)
    assert subjects == {f"//bigquery.googleapis.com/{CHURN}"}
    assert [name.model_id for name in google.versions] == ["prod_sales-churn"]
    assert again.announced == ()
