"""The label policy as it is applied: rules in order, and where labels come from."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.templates import Template


class Match(Struct, frozen=True, kw_only=True):
    """What a rule asks of a model: conditions on fields, and on labels. All must hold."""

    fields: Mapping[str, Condition] = {}
    labels: Mapping[str, Condition] = {}


class RegisterAs(Struct, frozen=True, kw_only=True):
    """Under which id, aliases, labels and description a rule registers."""

    model_id: Template
    aliases: tuple[Template, ...] = ()
    labels: Mapping[str, Template] = {}
    description: Template | None = None


class Rule(Struct, frozen=True, kw_only=True):
    """One rule; `register` is None if it keeps models out."""

    name: str
    match: Match
    register: RegisterAs | None
    versions_of: bool = False
    cleanup: CleanupRules = CleanupRules()


class LabelPolicy(Struct, frozen=True, kw_only=True):
    """The rules in order, and where labels come from, highest precedence first.

    `cleanup` is for models that no rule matches.
    """

    rules: tuple[Rule, ...] = ()
    label_sources: tuple[Source, ...] = (Source.MODEL,)
    constants: Mapping[str, str] = {}
    cleanup: CleanupRules = CleanupRules()
