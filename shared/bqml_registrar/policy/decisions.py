"""The decisions of a policy about one model."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.policy.facts import Source
from bqml_registrar.reasons import Reason


class Needs(Struct, frozen=True):
    """No decision yet: read this source and ask again. `rule` is set once one has matched."""

    source: Source
    rule: str = ""


class Skip(Struct, frozen=True):
    """The policy does not ask for this model; `detail` says for each rule what failed."""

    reason: Reason
    rule: str = ""
    detail: str = ""


class Reject(Struct, frozen=True):
    """A rule asks for something that is not possible."""

    reason: Reason
    rule: str
    detail: str = ""


class Register(Struct, frozen=True, kw_only=True):
    """The registry shall hold the model like this. `missing` names what could not be rendered.

    `aliases_known` is False if an alias needs the creating job and that was not found. Then nothing
    follows from an alias that is absent.
    """

    reason: Reason
    rule: str
    model_id: str
    shares_id: bool
    aliases: tuple[str, ...]
    labels: Mapping[str, str]
    description: str
    missing: Mapping[str, Reason] = {}
    aliases_known: bool = True


Decision = Skip | Reject | Register
