"""Decisions: which rule, for which reason, and how little has to be read for it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Decision, Needs, Register, Skip
from bqml_registrar.policy.facts import Facts, OriginUnknown, Source
from bqml_registrar.policy.rules import LabelPolicy, Match, RegisterAs, Rule
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from tests.builders import a_policy, a_rule
from tests.unit.policy.known import ALL_SOURCES, ANA, BY_NAME, facts, is_

EVERYTHING = Match()
DEFAULT_ID = Template.parse("{dataset}-{model}")


def on_fields(**conditions: Condition) -> Match:
    return Match(fields=conditions)


def on_labels(**conditions: Condition) -> Match:
    return Match(labels=conditions)


def rendering(**templates: str) -> RegisterAs:
    """What to register, with one template for each of aliases, labels and description."""
    parsed = {key: Template.parse(text) for key, text in templates.items()}
    return RegisterAs(
        model_id=parsed.get("model_id", DEFAULT_ID),
        aliases=(parsed["alias"],) if "alias" in parsed else (),
        labels={"team": parsed["team"]} if "team" in parsed else {},
        description=parsed.get("description"),
    )


def settled(decision: Decision | Needs) -> Decision:
    assert not isinstance(decision, Needs)
    return decision


def reads_until_settled(policy: LabelPolicy, known: Facts) -> tuple[list[Source], Decision]:
    """Ask again and again as the use case does, reading what is asked for."""
    seen = Facts(name=known.name)
    reads: list[Source] = []
    while isinstance(decision := decide(policy, seen), Needs):
        reads.append(decision.source)
        field = {Source.MODEL: "model", Source.JOB: "origin", Source.DATASET: "dataset_labels"}
        name = field[decision.source]
        seen = replace(seen, **{name: getattr(known, name)})
    return reads, decision


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        pytest.param(a_rule(match=EVERYTHING), facts(), id="RULE_MATCHED"),
        pytest.param(a_rule(match=EVERYTHING, register=None), facts(), id="EXCLUDED_BY_RULE"),
        pytest.param(a_rule(), facts(labels={"vertex": "no"}), id="NO_RULE_MATCHED"),
        pytest.param(a_rule(match=EVERYTHING), facts(is_remote=True), id="REMOTE_MODEL"),
        pytest.param(
            a_rule(match=EVERYTHING, register=rendering(model_id="{labels.family}")),
            facts(),
            id="LABEL_MISSING",
        ),
        pytest.param(
            a_rule(match=on_fields(creator=is_("ana@*"))),
            facts(OriginUnknown.NOT_FOUND),
            id="ORIGIN_UNKNOWN",
        ),
    ],
)
def test_each_reason_is_given_where_it_belongs(
    rule: Rule, known: Facts, request: pytest.FixtureRequest
) -> None:
    decision = settled(decide(a_policy(rule), known))

    assert decision.reason is Reason[request.node.callspec.id]
    assert decision.reason.outcome in {"skipped", "registered", "rejected"}


def test_a_policy_without_rules_registers_nothing_and_reads_nothing() -> None:
    assert decide(LabelPolicy(), BY_NAME) == Skip(Reason.NO_RULE_MATCHED)


@pytest.mark.parametrize(
    "match",
    [
        on_fields(dataset=is_("staging_*")),
        on_fields(project=is_("other-project")),
        on_fields(model=is_("fraud", "risk_*")),
        Match(fields={"dataset": is_("staging_*")}, labels={"vertex": is_("register")}),
        on_fields(creator=is_("ana@*"), dataset=is_("staging_*")),
    ],
    ids=["dataset", "project", "model", "dataset and label", "creator and dataset"],
)
def test_a_model_that_its_name_rules_out_is_skipped_without_a_read(match: Match) -> None:
    decision = decide(a_policy(a_rule(match=match), label_sources=ALL_SOURCES), BY_NAME)

    assert decision.reason is Reason.NO_RULE_MATCHED


def test_a_model_that_its_name_excludes_is_skipped_without_a_read() -> None:
    exclusion = a_rule(name="no", match=on_fields(model=is_("ch*")), register=None)

    assert decide(a_policy(exclusion, a_rule()), BY_NAME) == Skip(Reason.EXCLUDED_BY_RULE, "no")


@pytest.mark.parametrize(
    ("sources", "known", "reads"),
    [
        pytest.param(
            (Source.MODEL,),
            facts(labels={"vertex": "no"}),
            [Source.MODEL],
            id="ruled out by labels",
        ),
        pytest.param(
            ALL_SOURCES,
            facts(labels={"vertex": "no"}),
            [Source.MODEL],
            id="the first source has the label",
        ),
        pytest.param(ALL_SOURCES, facts(), list(ALL_SOURCES), id="no source has the label"),
        pytest.param(
            ALL_SOURCES,
            facts(labels={"vertex": "register", "stage": "prod", "team": "growth"}),
            [Source.MODEL],
            id="matched, all labels on the model",
        ),
        pytest.param(
            (Source.MODEL, Source.DATASET),
            facts(labels={"vertex": "register", "stage": "prod"}),
            [Source.MODEL, Source.DATASET],
            id="matched, one label is sought in the dataset",
        ),
    ],
)
def test_a_source_is_read_only_where_the_outcome_depends_on_it(
    sources: tuple[Source, ...], known: Facts, reads: list[Source]
) -> None:
    policy = a_policy(label_sources=sources)

    assert reads_until_settled(policy, known)[0] == reads


def test_the_creator_is_sought_only_if_nothing_else_rules_the_model_out() -> None:
    match = Match(fields={"creator": is_("ana@*")}, labels={"vertex": is_("register")})
    policy = a_policy(a_rule(match=match))

    reads, decision = reads_until_settled(policy, facts(labels={}))
    assert reads == [Source.MODEL]
    assert decision.reason is Reason.NO_RULE_MATCHED


def test_a_description_by_the_creator_costs_one_more_read() -> None:
    rule = a_rule(match=EVERYTHING, register=rendering(description="Trained by {job.creator}"))

    reads, decision = reads_until_settled(a_policy(rule), facts())
    assert reads == [Source.MODEL, Source.JOB]
    assert isinstance(decision, Register)
    assert decision.description == "Trained by ana@example.com"


def test_what_a_matched_rule_needs_names_the_rule() -> None:
    rule = a_rule(match=on_fields(dataset=is_("prod_*")))

    assert decide(a_policy(rule), BY_NAME) == Needs(Source.MODEL, "production-models")


def test_the_first_rule_that_matches_decides() -> None:
    first = a_rule(name="first", match=on_fields(dataset=is_("prod_*")))
    second = a_rule(name="second", match=EVERYTHING, register=None)

    assert settled(decide(a_policy(first, second), facts())).rule == "first"
    assert settled(decide(a_policy(second, first), facts())).rule == "second"


@pytest.mark.parametrize(
    ("field", "fits", "fits_not"),
    [
        ("project", "analytics-*", "research-*"),
        ("dataset", "prod_*", "dev_*"),
        ("model", "churn", "Churn"),
        ("location", "US", "us"),
        ("model_type", "LINEAR_*", "KMEANS"),
        ("creator", "ana@*", "ben@*"),
    ],
)
def test_every_field_can_be_matched(field: str, fits: str, fits_not: str) -> None:
    matched = decide(a_policy(a_rule(match=on_fields(**{field: is_(fits)}))), facts())
    ruled_out = decide(a_policy(a_rule(match=on_fields(**{field: is_(fits_not)}))), facts())

    assert isinstance(matched, Register)
    assert ruled_out.reason is Reason.NO_RULE_MATCHED


def test_an_unknown_origin_does_not_reject_a_model_that_a_label_rules_out() -> None:
    match = Match(fields={"creator": is_("ana@*")}, labels={"vertex": is_("register")})

    decision = decide(a_policy(a_rule(match=match)), facts(OriginUnknown.NOT_FOUND))
    assert decision.reason is Reason.NO_RULE_MATCHED


def test_what_can_still_be_read_is_read_before_the_origin_is_given_up() -> None:
    match = Match(fields={"creator": is_("ana@*")}, labels={"vertex": is_("register")})
    policy = a_policy(a_rule(match=match), label_sources=(Source.DATASET,))
    known = replace(facts(OriginUnknown.NOT_FOUND), dataset_labels=None)

    assert decide(policy, known) == Needs(Source.DATASET)


def test_an_unknown_origin_leaves_out_what_else_depends_on_it() -> None:
    register = rendering(
        alias="{job.labels.stage}", team="{job.creator}", description="Trained by {job.creator}"
    )

    decision = decide(
        a_policy(a_rule(match=EVERYTHING, register=register)), facts(OriginUnknown.NOT_FOUND)
    )
    assert isinstance(decision, Register)
    assert (decision.aliases, decision.labels, decision.description) == ((), {}, "")
    assert decision.missing == {
        "{job.labels.stage}": Reason.ORIGIN_UNKNOWN,
        "{job.creator}": Reason.ORIGIN_UNKNOWN,
        "Trained by {job.creator}": Reason.ORIGIN_UNKNOWN,
    }


def test_a_missing_label_leaves_out_the_alias_and_says_so() -> None:
    decision = decide(a_policy(), facts(labels={"vertex": "register", "team": "growth"}))

    assert isinstance(decision, Register)
    assert decision.aliases == ()
    assert decision.labels == {"team": "growth"}
    assert decision.missing == {"{labels.stage}": Reason.LABEL_MISSING}


@pytest.mark.parametrize("labels", [{}, {OWNER: "production-models"}], ids=["bare", "labelled"])
def test_a_registered_model_keeps_its_id_and_no_label_tells_who_registered_it(
    labels: dict[str, str],
) -> None:
    known = facts(
        vertex_model_id="projects/1/locations/us-central1/models/their_own", labels=labels
    )

    decision = settled(decide(a_policy(a_rule(match=EVERYTHING)), known))
    assert isinstance(decision, Register)
    assert decision.model_id == "their_own"
    assert decision.reason is Reason.RULE_MATCHED


def test_a_registered_model_needs_no_label_for_its_id() -> None:
    rule = a_rule(match=EVERYTHING, register=rendering(model_id="{labels.family}"))

    decision = decide(a_policy(rule), facts(vertex_model_id="churn_family"))
    assert isinstance(decision, Register)
    assert decision.model_id == "churn_family"


def test_a_rule_for_versions_of_one_model_says_that_the_id_is_shared() -> None:
    register = rendering(model_id="{labels.family}")
    rule = a_rule(match=EVERYTHING, register=register, versions_of=True)

    decision = decide(a_policy(rule), facts(labels={"family": "churn"}))
    assert isinstance(decision, Register)
    assert (decision.model_id, decision.shares_id) == ("churn", True)


def test_aliases_that_come_out_alike_are_set_once() -> None:
    twice = (Template.parse("{labels.stage}"), Template.parse("{labels.tier}"))
    rule = a_rule(match=EVERYTHING, register=RegisterAs(model_id=DEFAULT_ID, aliases=twice))

    decision = decide(a_policy(rule), facts(labels={"stage": "prod", "tier": "prod"}))
    assert isinstance(decision, Register)
    assert decision.aliases == ("prod",)


def test_what_the_registry_shall_hold_is_sanitised() -> None:
    register = rendering(alias="Release_{model_type}", team="{job.creator}")

    decision = decide(a_policy(a_rule(match=EVERYTHING, register=register)), facts())
    assert isinstance(decision, Register)
    assert decision.aliases == ("release-linear-regression",)
    assert decision.labels == {"team": "ana_example_com"}


some_labels = st.dictionaries(
    st.sampled_from(["vertex", "stage", "team"]), st.sampled_from(["register", "prod", "", "x"])
)


@given(of_model=some_labels, of_job=some_labels, of_dataset=some_labels)
def test_a_lower_source_never_changes_a_label_that_a_higher_one_has(
    of_model: Mapping[str, str], of_job: Mapping[str, str], of_dataset: Mapping[str, str]
) -> None:
    register = rendering(team="{labels.team}", alias="{labels.stage}")
    policy = a_policy(a_rule(match=EVERYTHING, register=register), label_sources=ALL_SOURCES)
    alone = replace(facts(replace(ANA, labels={}), labels=of_model))
    joined = replace(facts(replace(ANA, labels=of_job), labels=of_model), dataset_labels=of_dataset)
    before, after = settled(decide(policy, alone)), settled(decide(policy, joined))

    assert isinstance(before, Register)
    assert isinstance(after, Register)
    assert {**after.labels, **before.labels} == dict(after.labels)
    assert before.aliases in {(), after.aliases}


@given(of_model=some_labels, of_job=some_labels, of_dataset=some_labels)
def test_reading_step_by_step_decides_as_knowing_all_at_once(
    of_model: Mapping[str, str], of_job: Mapping[str, str], of_dataset: Mapping[str, str]
) -> None:
    policy = a_policy(
        a_rule(match=on_labels(vertex=is_("register"), stage=Condition())),
        a_rule(name="rest", match=on_labels(vertex=Condition(present=False))),
        label_sources=ALL_SOURCES,
    )
    known = replace(facts(replace(ANA, labels=of_job), labels=of_model), dataset_labels=of_dataset)
    reads, decision = reads_until_settled(policy, known)

    assert decision == decide(policy, known)
    assert len(reads) == len(set(reads))


def test_a_skip_says_of_each_rule_which_condition_failed() -> None:
    first = a_rule(name="first", match=Match(fields={"dataset": Condition(globs=("dev_*",))}))
    second = a_rule(name="second", match=Match(labels={"vertex": Condition(globs=("register",))}))

    decision = decide(LabelPolicy(rules=(first, second)), facts(labels={}))

    assert decision == Skip(Reason.NO_RULE_MATCHED, detail="first: dataset, second: labels.vertex")
