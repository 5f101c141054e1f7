from __future__ import annotations

import pytest

from bqml_registrar.cleanup.intent.effect import intended_effect, is_notify_only, means_deletion
from bqml_registrar.cleanup.intent.intents import IntentKind
from bqml_registrar.policy.cleanup_rules import CleanupRules, OnExpiration, OnRefusedDelete
from tests.builders import an_intent

NOTIFY = CleanupRules()
UNDEPLOY = CleanupRules(
    on_refused_delete=OnRefusedDelete.UNDEPLOY, on_expiration=OnExpiration.UNDEPLOY
)
RETRY = CleanupRules(
    on_refused_delete=OnRefusedDelete.UNDEPLOY_AND_RETRY, on_expiration=OnExpiration.UNDEPLOY
)
K = IntentKind


@pytest.mark.parametrize(
    ("kind", "rules", "expected"),
    [
        (K.REQUEST, NOTIFY, False),
        (K.RETIREMENT, NOTIFY, False),
        (K.REFUSED_DROP, NOTIFY, True),
        (K.REFUSED_DROP, UNDEPLOY, False),
        (K.REFUSED_REPLACE, NOTIFY, True),
        (K.REFUSED_REPLACE, RETRY, False),
        (K.REFUSED_DATASET, RETRY, True),
        (K.EXPIRATION, NOTIFY, True),
        (K.EXPIRATION, UNDEPLOY, False),
    ],
)
def test_people_are_only_told_where_the_rule_says_no_more(
    kind: IntentKind, rules: CleanupRules, *, expected: bool
) -> None:
    assert is_notify_only(an_intent(kind=kind), rules) is expected


@pytest.mark.parametrize(
    ("kind", "rules", "deletes"),
    [
        (K.REQUEST, NOTIFY, True),
        (K.RETIREMENT, NOTIFY, True),
        (K.REFUSED_DROP, UNDEPLOY, False),
        (K.REFUSED_DROP, RETRY, True),
        (K.REFUSED_REPLACE, RETRY, False),
        (K.REFUSED_DATASET, RETRY, False),
        (K.EXPIRATION, UNDEPLOY, False),
    ],
)
def test_a_model_is_deleted_for_those_who_asked_for_it_and_as_the_rule_says(
    kind: IntentKind, rules: CleanupRules, *, deletes: bool
) -> None:
    assert intended_effect(an_intent(kind=kind), rules).deletes is deletes


@pytest.mark.parametrize("kind", IntentKind)
def test_nothing_but_a_request_is_forced(kind: IntentKind) -> None:
    assert intended_effect(an_intent(kind=kind, force=True), RETRY).force is (
        kind is IntentKind.REQUEST
    )


@pytest.mark.parametrize("kind", IntentKind)
def test_what_was_accepted_before_is_gone_on_with_whatever_the_rule_says_now(
    kind: IntentKind,
) -> None:
    accepted = an_intent(kind=kind, hop=1)

    assert intended_effect(accepted, NOTIFY) == accepted
    assert not is_notify_only(accepted, NOTIFY)


@pytest.mark.parametrize(
    ("kind", "deletes", "meant"),
    [
        (K.REQUEST, True, True),
        (K.REQUEST, False, False),
        (K.RETIREMENT, False, True),
        (K.REFUSED_DROP, False, True),
        (K.REFUSED_DATASET, False, True),
        (K.REFUSED_REPLACE, False, False),
        (K.EXPIRATION, False, False),
    ],
)
def test_whoever_drops_means_the_model_to_be_gone_and_whoever_replaces_does_not(
    kind: IntentKind, *, deletes: bool, meant: bool
) -> None:
    assert means_deletion(an_intent(kind=kind, deletes=deletes)) is meant
