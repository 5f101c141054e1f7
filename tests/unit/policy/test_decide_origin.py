"""Decisions about a model whose creating job is not found: no noise, unless its own labels ask."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.decide import decide, reject_unmatched
from bqml_registrar.policy.decisions import Needs, Register, Reject, Skip
from bqml_registrar.policy.facts import Facts, OriginUnknown, Source
from bqml_registrar.policy.rules import Match, RegisterAs, Rule
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason
from tests.builders import a_model, a_policy, a_rule
from tests.unit.policy.known import ALL_SOURCES, ANA, facts, is_

ABSENT = Condition(present=False)
BY_JOB = RegisterAs(model_id=Template.parse("{job.labels.family}"))
BY_LABEL = RegisterAs(model_id=Template.parse("{labels.family}"))
VERTEX = {"vertex": is_("register")}
BY_ANA = {"creator": is_("ana@*")}


def lost(**labels: str) -> Facts:
    """All is read, and the job is not found."""
    return facts(OriginUnknown.NOT_FOUND, labels=labels)


UNDETERMINED = {
    "creator": (a_rule(match=Match(fields=BY_ANA)), {}, "creator"),
    "label": (a_rule(match=Match(labels=VERTEX)), {}, "labels.vertex"),
    "label that another source has": (
        a_rule(match=Match(labels=VERTEX)), {"stage": "prod"}, "labels.vertex"),
    "label that must be absent": (a_rule(match=Match(labels={"hold": ABSENT})), {}, "labels.hold"),
    "two": (a_rule(match=Match(fields=BY_ANA, labels=VERTEX)), {}, "labels.vertex, creator"),
    "id by the job": (
        a_rule(match=Match(), register=BY_JOB), {}, "the id {job.labels.family}"),
    "id by a label": (
        a_rule(match=Match(), register=BY_LABEL), {"stage": "prod"}, "the id {labels.family}"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "labels", "needed"), UNDETERMINED.values(), ids=UNDETERMINED)
def test_a_model_that_does_not_ask_is_skipped(
    rule: Rule, labels: Mapping[str, str], needed: str
) -> None:
    decision = decide(a_policy(rule, label_sources=ALL_SOURCES), lost(**labels))

    detail = f"needs the creating job for {needed}"
    assert decision == Skip(Reason.ORIGIN_UNKNOWN, "production-models", detail)


ASKED = {
    "the creator as well": (a_rule(match=Match(fields=BY_ANA, labels=VERTEX)), "creator"),
    "a second label": (
        a_rule(match=Match(labels={**VERTEX, "stage": is_("prod")})), "labels.stage"),
    "the id": (a_rule(match=Match(labels=VERTEX), register=BY_JOB), "the id {job.labels.family}"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "needed"), ASKED.values(), ids=ASKED)
def test_a_model_whose_own_label_asks_is_rejected(rule: Rule, needed: str) -> None:
    decision = decide(a_policy(rule, label_sources=ALL_SOURCES), lost(vertex="register"))

    detail = f"needs the creating job for {needed}"
    assert decision == Reject(Reason.ORIGIN_UNKNOWN, "production-models", detail)


@pytest.mark.parametrize(
    "labels", [{"vertex": "no"}, {"stage": "prod"}, {}], ids=["no", "another", "none"]
)
def test_only_a_label_that_meets_a_condition_asks(labels: Mapping[str, str]) -> None:
    match = Match(fields=BY_ANA, labels={"vertex": is_("register"), "hold": ABSENT})

    decision = decide(a_policy(a_rule(match=match), label_sources=ALL_SOURCES), lost(**labels))
    assert isinstance(decision, Skip)


def test_a_label_that_the_policy_does_not_look_at_asks_for_nothing() -> None:
    match = Match(fields=BY_ANA, labels=VERTEX)
    sources = (Source.JOB, Source.DATASET)

    decision = decide(a_policy(a_rule(match=match), label_sources=sources), lost(vertex="register"))
    assert isinstance(decision, Skip)


def test_no_later_rule_decides_what_an_earlier_one_leaves_open() -> None:
    first = a_rule(name="first", match=Match(fields=BY_ANA))
    second = a_rule(name="second", match=Match())

    decision = decide(a_policy(first, second), lost())
    assert (decision.reason, decision.rule) == (Reason.ORIGIN_UNKNOWN, "first")


def test_a_rule_that_another_condition_rules_out_is_passed_over() -> None:
    first = a_rule(name="first", match=Match(fields={**BY_ANA, "dataset": is_("dev_*")}))
    second = a_rule(name="second", match=Match())

    decision = decide(a_policy(first, second), lost())
    assert isinstance(decision, Register)
    assert decision.rule == "second"


def test_a_registered_model_is_never_told_that_its_label_is_removed() -> None:
    model = a_model(vertex_model_id="prod_sales-churn", labels={OWNER: "production-models"})
    known = replace(lost(), model=model)
    decision = decide(a_policy(label_sources=ALL_SOURCES), known)

    assert isinstance(decision, Skip)
    assert reject_unmatched(decision, model) == decision


some_labels = st.dictionaries(
    st.sampled_from(["vertex", "stage", "hold"]), st.sampled_from(["register", "prod", "no", ""])
)
some_matches = st.builds(
    Match,
    fields=st.sampled_from([{}, BY_ANA, {"dataset": is_("dev_*")}]),
    labels=st.sampled_from([{}, VERTEX, {"hold": ABSENT}, {**VERTEX, "stage": is_("prod")}]),
)
some_rules = st.lists(some_matches, max_size=3).map(
    lambda matches: [a_rule(name=f"r{n}", match=match) for n, match in enumerate(matches)]
)


@given(rules=some_rules, of_model=some_labels, of_job=some_labels, creator=st.sampled_from("ab"))
def test_what_is_decided_without_the_job_no_job_would_have_changed(
    rules: list[Rule], of_model: dict[str, str], of_job: dict[str, str], creator: str
) -> None:
    policy = replace(a_policy(label_sources=ALL_SOURCES), rules=tuple(rules))
    job = replace(ANA, creator=f"{creator}na@example.com", labels=of_job)
    blind, seeing = decide(policy, lost(**of_model)), decide(policy, facts(job, labels=of_model))

    assert not isinstance(blind, Needs | Register) or blind.reason is not Reason.ORIGIN_UNKNOWN
    if blind.reason is not Reason.ORIGIN_UNKNOWN:
        assert (type(blind), blind.rule) == (type(seeing), seeing.rule)
