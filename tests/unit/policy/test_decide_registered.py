"""Models that are registered: kept as they are, and rejected when no rule names them any more."""

from __future__ import annotations

import pytest

from bqml_registrar.policy.decide import as_registered, reject_unmatched
from bqml_registrar.policy.decisions import Decision, Reject, Skip
from bqml_registrar.reasons import Reason
from tests.builders import a_model, a_policy, a_rule

NO_MATCH = Skip(Reason.NO_RULE_MATCHED, detail="production-models: labels.vertex")
EXCLUDED = Skip(Reason.EXCLUDED_BY_RULE, "keep-out")


@pytest.mark.parametrize(
    ("decision", "rule", "expected"),
    [
        pytest.param(
            NO_MATCH,
            "production-models",
            Reject(Reason.LABEL_REMOVED, "production-models", NO_MATCH.detail),
            id="no rule matches a registered model",
        ),
        pytest.param(
            EXCLUDED,
            "production-models",
            Reject(Reason.LABEL_REMOVED, "production-models", "excluded by keep-out"),
            id="a rule excludes it",
        ),
        pytest.param(NO_MATCH, "", NO_MATCH, id="no rule registered it"),
        pytest.param(
            Skip(Reason.ORIGIN_UNKNOWN), "r", Skip(Reason.ORIGIN_UNKNOWN), id="nobody can know"
        ),
        pytest.param(
            Reject(Reason.REMOTE_MODEL, "r"), "r", Reject(Reason.REMOTE_MODEL, "r"), id="rejected"
        ),
    ],
)
def test_a_model_that_a_rule_registered_and_none_names_any_more_is_rejected(
    decision: Decision, rule: str, expected: Decision
) -> None:
    assert reject_unmatched(decision, rule) == expected


@pytest.mark.parametrize(
    ("rule", "shares_id"),
    [("family", True), ("production-models", False), ("gone", False)],
    ids=["versions of one id", "an id of its own", "the rule is gone"],
)
def test_a_model_is_kept_as_it_was_registered(rule: str, *, shares_id: bool) -> None:
    policy = a_policy(a_rule(), a_rule(name="family", versions_of=True))
    model = a_model(vertex_model_id="projects/1/locations/us-central1/models/their_own")

    decision = as_registered(policy, rule, model)

    assert (decision.rule, decision.model_id, decision.shares_id) == (rule, "their_own", shares_id)
    assert (decision.aliases, decision.labels, decision.description) == ((), {}, "")
    assert not decision.aliases_known
