"""The digest of a policy, to detect that another one applies."""

from __future__ import annotations

import hashlib

import msgspec

from bqml_registrar import VERSION
from bqml_registrar.policy.rules import LabelPolicy

_LENGTH = 12


def policy_digest(policy: LabelPolicy, release: str = VERSION) -> str:
    """The digest of the policy and of the release that applies it."""
    return hashlib.sha256(msgspec.json.encode([release, policy])).hexdigest()[:_LENGTH]
