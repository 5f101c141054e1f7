from __future__ import annotations

import re

from bqml_registrar.policy.digest import policy_digest
from bqml_registrar.policy.rules import LabelPolicy
from tests.builders import a_policy, a_rule


def test_another_release_or_another_policy_looks_at_all_models_again() -> None:
    digests = [
        policy_digest(a_policy()),
        policy_digest(a_policy(), "9.9.9"),
        policy_digest(LabelPolicy()),
        policy_digest(a_policy(a_rule(name="other"))),
        policy_digest(a_policy(a_rule(versions_of=True))),
    ]

    assert len(set(digests)) == 5
    assert policy_digest(a_policy()) == digests[0]


def test_a_digest_is_short_and_plain() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", policy_digest(a_policy()))
