"""Whether a policy asks for creating jobs at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.policy.cleanup_choice import cleanup_rule, protecting_labels
from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Needs
from bqml_registrar.policy.document.policy_file import load_policy, parse_policy
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.job_use import asks_for_jobs
from bqml_registrar.policy.rules import LabelPolicy, Match, RegisterAs
from bqml_registrar.policy.templates import Template
from tests.builders import a_rule
from tests.unit.policy.known import facts, is_

LISTS = [(Source.MODEL,), (Source.MODEL, Source.DATASET), (Source.JOB,), (Source.MODEL, Source.JOB)]
ALL_MODELS = "{name: r, register: {}}"


@pytest.mark.parametrize(
    ("sources", "rule", "cleanup", "asks"),
    [
        pytest.param("[model, job]", ALL_MODELS, "{}", False, id="job labels that nothing asks"),
        pytest.param("[model]", "{name: r, match: {creator: 'a*'}, register: {}}", "{}", True, id="creator"),
        pytest.param("[model]", "{name: r, match: {creator: 'a*'}, register: false}", "{}", True, id="creator to keep out"),
        pytest.param("[model, dataset]", "{name: r, match: {labels: {v: x}}, register: {}}", "{}", False, id="label, not of jobs"),
        pytest.param("[model, job]", "{name: r, match: {labels: {v: x}}, register: {}}", "{}", True, id="label"),
        pytest.param("[job]", "{name: r, match: {labels: {v: {absent: true}}}, register: {}}", "{}", True, id="absent label"),
        pytest.param("[model]", "{name: r, register: {versions_of: '{job.labels.f}'}}", "{}", True, id="id"),
        pytest.param("[model]", "{name: r, register: {aliases: ['{job.labels.f}']}}", "{}", True, id="alias"),
        pytest.param("[model, job]", "{name: r, register: {aliases: ['{labels.f}']}}", "{}", True, id="alias by a label"),
        pytest.param("[model]", "{name: r, register: {labels: {by: '{job.creator}'}}}", "{}", True, id="label set"),
        pytest.param("[model]", "{name: r, register: {description: '{job.creator}'}}", "{}", True, id="description"),
        pytest.param("[model]", "{name: r, register: {description: 'by {labels.f} in {dataset}'}}", "{}", False, id="other fields"),
        pytest.param("[model, job]", ALL_MODELS, "{protect: {labels: {hold: x}}}", True, id="protection"),
        pytest.param("[model]", ALL_MODELS, "{protect: {labels: {hold: x}}}", False, id="protection, not of jobs"),
        pytest.param("[model, job]", "{name: r, register: {}, cleanup: {protect: {labels: {hold: x}}}}", "{}", True, id="a rule's protection"),
        pytest.param("[model, job]", ALL_MODELS, "{retire: {}}", False, id="retire label"),
    ],
)  # fmt: skip
def test_a_policy_asks_for_jobs_where_anything_in_it_does(
    sources: str, rule: str, cleanup: str, asks: bool
) -> None:
    text = f"version: 1\nlabel_sources: {sources}\ncleanup: {cleanup}\nrules: [{rule}]\n"

    assert asks_for_jobs(parse_policy(text, "policy.yaml")) is asks


def test_no_rules_ask_for_no_jobs_and_the_shipped_ones_do() -> None:
    assert not asks_for_jobs(LabelPolicy())
    assert asks_for_jobs(load_policy(Path(__file__).parents[3] / "policy.yaml"))


some_fields = st.sampled_from(["{model}", "{labels.stage}", "{job.creator}", "{job.labels.run}"])
some_rules = st.builds(
    lambda match, labels, fields, held: a_rule(
        match=Match(fields=match, labels=labels),
        register=RegisterAs(
            model_id=Template.parse("{dataset}-{model}"), aliases=tuple(map(Template.parse, fields))
        ),
        cleanup=CleanupRules(protect=Protections(labels=held)),
    ),
    match=st.sampled_from([{}, {"creator": is_("ana@*")}, {"dataset": is_("dev_*")}]),
    labels=st.sampled_from([{}, {"vertex": is_("register")}, {"tier": Condition(present=False)}]),
    fields=st.lists(some_fields, max_size=2),
    held=st.sampled_from([{}, {"hold": Condition()}]),
)


@given(rules=st.lists(some_rules, max_size=3), sources=st.sampled_from(LISTS))
def test_a_policy_that_asks_for_no_jobs_never_needs_one(
    rules: list[Any], sources: tuple[Source, ...]
) -> None:
    policy = LabelPolicy(rules=tuple(rules), label_sources=sources)
    known = facts(None)
    answers = [decide(policy, known), cleanup_rule(policy, known)]
    answers += [protecting_labels(rule.cleanup, policy, known) for rule in rules]

    if any(isinstance(answer, Needs) and answer.source is Source.JOB for answer in answers):
        assert asks_for_jobs(policy)
