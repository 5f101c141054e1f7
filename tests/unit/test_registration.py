"""The use case on fakes: what is faked and observed is said in tests/fakes.py."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from builders import CHURN, a_model, a_policy, a_rule, a_version
from fakes import FakeGoogle
from msgspec.structs import replace

from shared.audit_log import ModelChanged
from shared.cloud_events import Announcer
from shared.context import Context
from shared.errors import PermanentError, RetryableError
from shared.facts import BigQueryModel, Origin, Source
from shared.marks import OWNER, REJECTED, VersionMarks
from shared.names import JobName
from shared.outcome import Outcome
from shared.policy import Condition, LabelPolicy, Match, RegisterAs
from shared.reasons import Reason
from shared.registration import register_model
from shared.registry_events import Cause
from shared.templates import Template

TOPIC = "projects/analytics-dev/topics/events"
LABELLED = {"vertex": "register", "stage": "prod", "team": "growth"}
JOB = JobName(project="analytics-dev", job="job_1")


def settle(
    google: FakeGoogle, policy: LabelPolicy | None = None, *, dry_run: bool = False
) -> Outcome:
    context = Context(
        policy=policy or a_policy(),
        ports=google,
        announcer=Announcer(prefix="bqml.registrar", source="//test"),
        events_topic=TOPIC,
        dry_run=dry_run,
    )
    change = ModelChanged(name=CHURN, cause_id="log-entry-1", created_by=JOB)
    return register_model(change, Cause(id="log-entry-1"), context)


def announced(google: FakeGoogle) -> list[tuple[str, str]]:
    """(type, id) of every event published, in order."""
    return [
        (message.attributes["ce-type"].removeprefix("bqml.registrar."), message.attributes["ce-id"])
        for message in google.published.get(TOPIC, [])
    ]


def types(google: FakeGoogle) -> list[str]:
    return [event_type for event_type, _ in announced(google)]


def test_a_model_that_a_rule_names_is_registered_with_its_alias_and_labels() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    outcome = settle(google)

    (version,) = google.versions.values()
    assert outcome.reason is Reason.RULE_MATCHED
    assert str(version.name).endswith("/locations/us-central1/models/prod_sales-churn@1")
    assert version.aliases == ("default", "prod")
    assert version.labels["team"] == "growth"
    assert types(google) == ["model.v1.registered", "alias.v1.assigned"]


def test_registering_costs_at_most_ten_calls() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    settle(google)

    assert google.calls == [
        "models.get",
        "GetModel",
        "models.patch",
        "GetModel",
        "models.get",
        "UpdateModel",
        "MergeVersionAliases",
        "Publish",
        "UpdateModel",
    ]


def test_a_redelivery_only_reads() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.calls.clear()

    outcome = settle(google)

    assert outcome.announced == ()
    assert google.calls == ["models.get", "GetModel"]


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

    context = Context(
        policy=a_policy(a_rule(match=Match(fields={"dataset": Condition(globs=("staging_*",))}))),
        ports=Unmade(),
        announcer=Announcer(prefix="bqml.registrar", source="//test"),
        events_topic=TOPIC,
    )

    outcome = register_model(ModelChanged(name=CHURN, cause_id="e"), Cause(id="e"), context)

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

    assert announced(late) == announced(at_once)
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
    assert REJECTED in google.models[CHURN].labels
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

    def patched_by_another_delivery() -> None:
        del google.before["GetModel"]
        marked = replace(a_model(labels={**LABELLED, OWNER: "production-models"}), etag="e2")
        google.models[CHURN] = google.register(marked, "prod_sales-churn")

    google.before["GetModel"] = patched_by_another_delivery

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
    assert "models.patch" not in google.calls


def test_an_alias_that_somebody_moved_away_is_not_taken_back() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    (name,) = google.versions
    google.versions[name] = replace(google.versions[name], aliases=("default",), etag="human")

    settle(google)

    assert google.versions[name].aliases == ("default",)


def test_an_alias_that_a_new_label_gives_is_assigned_and_announced_with_its_own_id() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    restaged = {**google.models[CHURN].labels, "stage": "champion"}
    google.models[CHURN] = replace(google.models[CHURN], labels=restaged, etag="e9")

    outcome = settle(google)

    assert outcome.announced == ("alias.v1.assigned",)
    assert len(set(announced(google))) == 3


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
    assert VersionMarks.read(version.labels).announced == 1
    assert set(outcome.announced) == {"model.v1.registered", "alias.v1.assigned"}


def test_a_refusal_after_a_registration_has_an_id_of_its_own() -> None:
    google = FakeGoogle(a_model(labels=LABELLED, is_remote=True))
    settle(google)
    google.models[CHURN] = replace(google.models[CHURN], is_remote=False, etag="e2")
    settle(google)
    google.models[CHURN] = replace(google.models[CHURN], is_remote=True, etag="e3")

    settle(google)

    refusals = [event_id for kind, event_id in announced(google) if kind == "model.v1.rejected"]
    assert len(set(refusals)) == 2


def test_a_dry_run_over_a_model_that_is_as_decided_publishes_nothing() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google)
    google.calls.clear()

    settle(google, dry_run=True)

    assert "Publish" not in google.calls


def test_the_model_is_read_again_when_it_changes_under_our_hands() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def relabel() -> None:
        del google.before["models.patch"]
        google.models[CHURN] = a_model(labels={}, etag="e2")

    google.before["models.patch"] = relabel

    outcome = settle(google)

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.versions == {}


def test_a_model_that_never_holds_still_comes_again_later() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    numbers = itertools.count()

    def touch() -> None:
        google.models[CHURN] = a_model(labels=LABELLED, etag=f"touched-{next(numbers)}")

    google.before["models.patch"] = touch

    with pytest.raises(RetryableError) as raised:
        settle(google)

    assert raised.value.reason is Reason.CONCURRENT_CHANGE


def test_a_version_that_shows_late_is_waited_for() -> None:
    google = FakeGoogle(a_model(labels=LABELLED), lag=3)

    outcome = settle(google)

    assert outcome.reason is Reason.RULE_MATCHED
    assert google.calls.count("GetModel") == 1 + 4


def test_a_version_that_never_shows_is_left_to_a_redelivery_that_finishes() -> None:
    google = FakeGoogle(a_model(labels=LABELLED), lag=25)
    with pytest.raises(RetryableError) as raised:
        settle(google)

    outcome = settle(google)

    assert raised.value.reason is Reason.REGISTRY_LAG
    assert outcome.announced == ("model.v1.registered", "alias.v1.assigned")


def test_a_model_replaced_while_its_version_is_awaited_is_decided_anew() -> None:
    google = FakeGoogle(a_model(labels=LABELLED), lag=10)

    def replaced() -> None:
        if google.calls.count("GetModel") == 3:
            google.models[CHURN] = a_model(labels={}, etag="new", created=datetime.now(UTC))

    google.before["GetModel"] = replaced

    outcome = settle(google)

    assert outcome.reason is Reason.NO_RULE_MATCHED
    assert google.calls.count("GetModel") == 3


def test_the_root_error_is_not_hidden_by_an_announcement_that_fails_too() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def refuse(detail: str) -> Callable[[], None]:
        def happen() -> None:
            raise PermanentError(Reason.PERMISSION_DENIED, detail)

        return happen

    google.before["models.patch"] = refuse("no updateMetadata")
    google.before["Publish"] = refuse("no such topic")

    with pytest.raises(PermanentError) as raised:
        settle(google)

    assert raised.value.detail.startswith("no updateMetadata")
    assert "no such topic" in raised.value.detail


def test_what_only_a_person_can_mend_is_announced_as_failed() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "bigquery.models.updateMetadata")

    google.before["models.patch"] = refuse

    with pytest.raises(PermanentError) as raised:
        settle(google)

    (message,) = google.published[TOPIC]
    assert (raised.value.model, raised.value.rule) == (str(CHURN), "production-models")
    assert message.attributes["ce-rule"] == "production-models"
    assert message.attributes["ce-type"] == "bqml.registrar.model.v1.failed"
    assert message.attributes["ce-reason"] == "PERMISSION_DENIED"


class Crash(BaseException):
    """The process ends here."""


REGISTERED = a_model(labels=LABELLED)
REJECTED_MODEL = a_model(labels=LABELLED, is_remote=True)
CALLS = [
    *(pytest.param(REGISTERED, at, id=f"registered-{at}") for at in range(9)),
    *(pytest.param(REJECTED_MODEL, at, id=f"rejected-{at}") for at in range(4)),
]


def settled_state(google: FakeGoogle) -> object:
    """What is left in the end: versions, our labels, and the events as a set."""
    versions = {n: (v.aliases, v.labels, v.description) for n, v in google.versions.items()}
    return versions, google.models[CHURN].labels, set(announced(google))


def undisturbed(model: BigQueryModel) -> FakeGoogle:
    google = FakeGoogle(model)
    settle(google)
    return google


@pytest.mark.parametrize("model", [REGISTERED, REJECTED_MODEL], ids=["registered", "rejected"])
def test_the_schedules_below_cover_every_call(model: BigQueryModel) -> None:
    covered = [param.values[1] for param in CALLS if param.values[0] is model]

    assert len(undisturbed(model).calls) == len(covered)


@pytest.mark.parametrize(("model", "calls_before"), CALLS)
def test_a_crash_between_any_two_calls_ends_in_the_same_state_and_the_same_events(
    model: BigQueryModel, calls_before: int
) -> None:
    crashing = _CrashingGoogle(calls_before, model)

    with pytest.raises(Crash):
        settle(crashing)
    crashing.crash_at = -1
    settle(crashing)
    settle(crashing)

    assert settled_state(crashing) == settled_state(undisturbed(model))


@pytest.mark.parametrize(("model", "calls_before"), CALLS)
def test_a_second_delivery_between_any_two_calls_of_the_first_changes_nothing(
    model: BigQueryModel, calls_before: int
) -> None:
    google = _InterleavedGoogle(calls_before, settle, model)

    settle(google)
    settle(google)

    assert settled_state(google) == settled_state(undisturbed(model))


@pytest.mark.parametrize("calls_before", range(9))
def test_a_relabelled_model_settled_between_any_two_calls_of_an_older_delivery_stays_so(
    calls_before: int,
) -> None:
    def relabel_and_settle(google: FakeGoogle) -> None:
        labels = {**google.models[CHURN].labels, "stage": "champion", "team": "risk"}
        google.models[CHURN] = replace(google.models[CHURN], labels=labels, etag=google.etag())
        settle(google)

    google = _InterleavedGoogle(calls_before, relabel_and_settle, REGISTERED)
    settle(google)
    settle(google)
    google.calls.clear()
    before = settled_state(google)

    settle(google)

    (version,) = google.versions.values()
    assert google.calls == ["models.get", "GetModel"]
    assert settled_state(google) == before
    assert version.labels["team"] == "risk"
    assert "champion" in version.aliases
    assert VersionMarks.read(version.labels).announced == VersionMarks.read(version.labels).revision


class _InterleavedGoogle(FakeGoogle):
    """Lets something else happen once, when so many calls have been made."""

    def __init__(
        self, at: int, meanwhile: Callable[[FakeGoogle], object], *models: BigQueryModel
    ) -> None:
        super().__init__(*models)
        self._at: int | None = at
        self._meanwhile = meanwhile

    def enter(self, call: str) -> None:
        if self._at == len(self.calls):
            self._at = None
            self._meanwhile(self)
        super().enter(call)


class _CrashingGoogle(FakeGoogle):
    """Ends the process when so many calls have been made."""

    def __init__(self, crash_at: int, *models: BigQueryModel) -> None:
        super().__init__(*models)
        self.crash_at = crash_at

    def enter(self, call: str) -> None:
        if self.crash_at == len(self.calls):
            raise Crash
        super().enter(call)


def test_a_dry_run_announces_what_it_would_do_and_changes_nothing() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    outcome = settle(google, dry_run=True)

    assert google.versions == {}
    assert google.models[CHURN] == a_model(labels=LABELLED)
    assert outcome.announced == ("model.v1.registered", "alias.v1.assigned")
    assert {m.attributes["ce-dryrun"] for m in google.published[TOPIC]} == {"true"}


def test_a_dry_run_and_the_real_run_never_share_an_event_id() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))
    settle(google, dry_run=True)
    settle(google)

    ids = [event_id for _, event_id in announced(google)]
    assert len(set(ids)) == 4


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


def test_marks_on_the_model_and_on_the_version_say_what_was_done() -> None:
    google = FakeGoogle(a_model(labels=LABELLED))

    settle(google)

    (version,) = google.versions.values()
    marks = VersionMarks.read(version.labels)
    assert google.models[CHURN].labels[OWNER] == "production-models"
    assert (marks.revision, marks.announced, marks.aliases) == (1, 1, {"prod": 1})
