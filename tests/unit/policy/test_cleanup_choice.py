"""Which clean-up rules hold for a model, which labels may protect it, and how little is read for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule, protecting_labels
from bqml_registrar.policy.cleanup_rules import CleanupRules, OnRefusedDelete, Protections
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Needs, Register, Reject, Skip
from bqml_registrar.policy.facts import Facts, OriginUnknown, Source
from bqml_registrar.policy.rules import LabelPolicy, Match, Rule
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import a_policy, a_rule
from tests.unit.policy.known import ALL_SOURCES, ANA, BY_NAME, facts

CAREFUL = CleanupRules(protect=Protections(traffic_share=10))
BOLD = CleanupRules(on_refused_delete=OnRefusedDelete.UNDEPLOY_AND_RETRY)
EVERYTHING = Match()
UNMATCHED = CleanupRules(max_undeployments=1)


def on(fields: Mapping[str, str] = {}, **labels: str) -> Match:
    return Match(
        fields={name: Condition((glob,)) for name, glob in fields.items()},
        labels={key: Condition((glob,)) for key, glob in labels.items()},
    )


def careful_then_bold(first: Match, second: Match = EVERYTHING, **changes: Any) -> LabelPolicy:
    """Two rules with clean-up rules of their own, and others for what neither matches."""
    rules = (
        a_rule(name="careful", match=first, cleanup=CAREFUL),
        a_rule(name="bold", match=second, cleanup=BOLD),
    )
    return LabelPolicy(rules=rules, cleanup=UNMATCHED, **changes)


def asking_about(*keys: str) -> CleanupRules:
    return CleanupRules(protect=Protections(labels={key: Condition() for key in keys}))


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (on({"dataset": "prod_*"}), on(), RuleFound(name="careful", cleanup=CAREFUL)),
        (on({"dataset": "dev_*"}), on(), RuleFound(name="bold", cleanup=BOLD)),
        (on(stage="prod"), on({"model": "churn"}), RuleFound(name="careful", cleanup=CAREFUL)),
        (on(stage="dev"), on({"creator": "ana@*"}), RuleFound(name="bold", cleanup=BOLD)),
        (on(stage="dev"), on({"creator": "ben@*"}), RuleFound(cleanup=UNMATCHED)),
    ],
    ids=["the first", "the second", "by a label", "by the creator", "none"],
)
def test_the_first_rule_that_matches_gives_its_clean_up_rules(
    first: Match, second: Match, found: RuleFound
) -> None:
    policy = careful_then_bold(first, second)

    assert cleanup_rule(policy, facts(labels={"stage": "prod"})) == found


def test_a_rule_that_keeps_models_out_has_clean_up_rules_as_any() -> None:
    exclusion = a_rule(name="no", match=on({"model": "ch*"}), register=None, cleanup=CAREFUL)

    found = cleanup_rule(a_policy(exclusion, a_rule(match=on())), BY_NAME)
    assert found == RuleFound(name="no", cleanup=CAREFUL)


def test_a_policy_without_rules_reads_nothing() -> None:
    assert cleanup_rule(LabelPolicy(cleanup=BOLD), BY_NAME) == RuleFound(cleanup=BOLD)


@pytest.mark.parametrize(
    ("first", "known", "source"),
    [
        (on(stage="prod"), BY_NAME, Source.MODEL),
        (on({"location": "US"}), BY_NAME, Source.MODEL),
        (on(stage="prod"), facts(None), Source.JOB),
        (on({"creator": "ana@*"}), facts(None), Source.JOB),
        (on(stage="prod"), replace(facts(), dataset_labels=None), Source.DATASET),
        (
            on({"creator": "ana@*"}, stage="prod"),
            replace(facts(OriginUnknown.NOT_FOUND), dataset_labels=None),
            None,
        ),
    ],
    ids=["label", "location", "job's label", "creator", "dataset's label", "job not found"],
)
def test_a_source_is_asked_for_where_the_rule_depends_on_it(
    first: Match, known: Facts, source: Source | None
) -> None:
    policy = careful_then_bold(first, label_sources=ALL_SOURCES)

    assert cleanup_rule(policy, known) == (Needs(source) if source else OriginUnknown.NOT_FOUND)


@pytest.mark.parametrize(
    "first",
    [
        on({"dataset": "dev_*"}, stage="prod"),
        on({"dataset": "dev_*", "creator": "ana@*"}),
        on({"model": "fraud"}),
    ],
    ids=["dataset and label", "dataset and creator", "model"],
)
def test_what_the_name_rules_out_costs_no_read(first: Match) -> None:
    policy = careful_then_bold(first, label_sources=ALL_SOURCES)

    assert cleanup_rule(policy, BY_NAME) == RuleFound(name="bold", cleanup=BOLD)


def test_a_rule_after_one_that_cannot_be_judged_is_no_answer() -> None:
    policy = careful_then_bold(on({"creator": "ana@*"}))

    assert cleanup_rule(policy, facts(OriginUnknown.NOT_FOUND)) is OriginUnknown.NOT_FOUND


def test_what_can_still_be_read_is_read_before_the_creating_job_is_given_up() -> None:
    policy = careful_then_bold(
        on({"creator": "ana@*"}, stage="prod"), label_sources=(Source.DATASET,)
    )
    known = replace(facts(OriginUnknown.NOT_FOUND), dataset_labels=None)

    assert cleanup_rule(policy, known) == Needs(Source.DATASET)
    ruled_out = replace(known, dataset_labels={"stage": "dev"})
    assert cleanup_rule(policy, ruled_out) == RuleFound(name="bold", cleanup=BOLD)


# The labels that may protect a model.


def test_labels_that_nothing_asks_about_cost_no_read() -> None:
    assert protecting_labels(CleanupRules(), a_policy(), BY_NAME) == {}


@pytest.mark.parametrize(
    ("sources", "known", "values"),
    [
        ((Source.MODEL,), facts(labels={"hold": "yes"}), {"hold": "yes", "tier": None}),
        (ALL_SOURCES, facts(labels={"hold": "", "tier": "1"}), {"hold": "", "tier": "1"}),
        (
            ALL_SOURCES,
            replace(facts(replace(ANA, labels={"tier": "2"})), dataset_labels={"hold": "all"}),
            {"hold": "all", "tier": "2"},
        ),
        (ALL_SOURCES, BY_NAME, Needs(Source.MODEL)),
        (ALL_SOURCES, facts(None, labels={"hold": "yes"}), Needs(Source.JOB)),
        (ALL_SOURCES, replace(facts(), dataset_labels=None), Needs(Source.DATASET)),
        (
            ALL_SOURCES,
            facts(OriginUnknown.NOT_FOUND, labels={"hold": "yes"}),
            OriginUnknown.NOT_FOUND,
        ),
        (
            ALL_SOURCES,
            facts(OriginUnknown.NOT_FOUND, labels={"hold": "yes", "tier": "1"}),
            {"hold": "yes", "tier": "1"},
        ),
    ],
    ids=[
        "of the model",
        "the first source has both",
        "of job and dataset",
        "model not read",
        "job not read",
        "dataset not read",
        "job not found",
        "job not found, and not needed",
    ],
)
def test_a_protecting_label_has_its_value_from_the_policys_sources(
    sources: tuple[Source, ...], known: Facts, values: object
) -> None:
    policy = a_policy(label_sources=sources)

    assert protecting_labels(asking_about("hold", "tier"), policy, known) == values


def test_a_constant_protects_as_a_label_does() -> None:
    policy = a_policy(constants={"hold": "always"})

    assert protecting_labels(asking_about("hold"), policy, facts()) == {"hold": "always"}


# Any policy.

globs = st.sampled_from(["*", "prod*", "dev", "ana@*"])
matches = st.builds(
    Match,
    fields=st.dictionaries(
        st.sampled_from(["dataset", "creator", "location"]),
        globs.map(lambda glob: Condition((glob,))),
    ),
    labels=st.dictionaries(
        st.sampled_from(["stage", "tier"]), globs.map(lambda glob: Condition((glob,)))
    ),
)
labels = st.dictionaries(st.sampled_from(["stage", "tier"]), st.sampled_from(["prod", "dev", ""]))


def numbered(matches: list[Match]) -> tuple[Rule, ...]:
    return tuple(a_rule(name=f"r{n}", match=match) for n, match in enumerate(matches))


@given(
    st.lists(matches, max_size=4).map(numbered),
    labels,
    labels,
    st.sampled_from([ANA, OriginUnknown.NOT_FOUND]),
)
def test_the_rule_of_the_clean_up_is_the_rule_of_the_registration(
    rules: tuple[Rule, ...],
    of_model: Mapping[str, str],
    of_dataset: Mapping[str, str],
    origin: Origin | OriginUnknown,
) -> None:
    policy = LabelPolicy(rules=rules, label_sources=ALL_SOURCES, cleanup=UNMATCHED)
    known = replace(facts(origin, labels=of_model), dataset_labels=of_dataset)
    found, decision = cleanup_rule(policy, known), decide(policy, known)

    if isinstance(found, RuleFound):
        assert isinstance(decision, Register | Skip)
        assert decision.rule == found.name
    else:
        assert found is OriginUnknown.NOT_FOUND
        assert isinstance(decision, Reject | Skip)
        assert decision.reason is Reason.ORIGIN_UNKNOWN


def read_step_by_step(policy: LabelPolicy, known: Facts) -> RuleFound | OriginUnknown:
    """Ask again and again, reading what is asked for, each source once."""
    seen = Facts(name=known.name)
    fields = {Source.MODEL: "model", Source.JOB: "origin", Source.DATASET: "dataset_labels"}
    while isinstance(found := cleanup_rule(policy, seen), Needs):
        field = fields.pop(found.source)
        seen = replace(seen, **{field: getattr(known, field)})
    return found


@given(st.lists(matches, max_size=4).map(numbered), labels, labels)
def test_reading_step_by_step_finds_the_rule_that_knowing_all_at_once_does(
    rules: tuple[Rule, ...], of_model: Mapping[str, str], of_dataset: Mapping[str, str]
) -> None:
    policy = LabelPolicy(rules=rules, label_sources=ALL_SOURCES)
    known = replace(facts(labels=of_model), dataset_labels=of_dataset)

    assert read_step_by_step(policy, known) == cleanup_rule(policy, known)
