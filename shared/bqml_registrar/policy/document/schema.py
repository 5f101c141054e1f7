"""The policy document's structure: what msgspec validates, editors complete and messages explain."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from bqml_registrar.policy.document.cleanup_schema import CleanupDocument
from bqml_registrar.policy.document.condition_schema import LabelConditions
from bqml_registrar.policy.document.values import (
    Globs,
    IdTemplate,
    LabelText,
    OnlyFalse,
    RegistryKey,
    RuleName,
    SharedIdTemplate,
    SourceKey,
    TemplateText,
)
from bqml_registrar.policy.facts import Source

_RULE_LIMIT = 200


def _globs(what: str) -> Meta:
    return Meta(description=f"A glob for {what}, or a list of globs. * ? and [..] are special.")


class MatchDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of conditions, all of which must hold; {} matches every model."""

    project: Annotated[Globs, _globs("the project's id")] | UnsetType = UNSET
    dataset: Annotated[Globs, _globs("the dataset's name")] | UnsetType = UNSET
    model: Annotated[Globs, _globs("the model's name")] | UnsetType = UNSET
    location: Annotated[Globs, _globs("the location, such as US")] | UnsetType = UNSET
    model_type: Annotated[Globs, _globs("the type, such as KMEANS")] | UnsetType = UNSET
    creator: Annotated[Globs, _globs("the e-mail address that created it")] | UnsetType = UNSET
    labels: Annotated[
        LabelConditions, Meta(description="A mapping of label keys to conditions. All must hold.")
    ] = {}


class RegisterDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of what the registry shall hold; {} takes the defaults."""

    id: IdTemplate | UnsetType = UNSET
    versions_of: SharedIdTemplate | UnsetType = UNSET
    aliases: Annotated[
        tuple[TemplateText, ...],
        Meta(
            max_length=8,
            description='A list of up to 8 templates of version aliases, such as ["{labels.stage}"].',
        ),
    ] = ()
    labels: Annotated[
        dict[RegistryKey, TemplateText],
        Meta(max_length=16, description="A mapping of up to 16 label keys to templates."),
    ] = {}
    description: TemplateText | UnsetType = UNSET


class RuleDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping with name, match, register and cleanup."""

    name: RuleName
    register: Annotated[
        OnlyFalse | RegisterDocument,
        Meta(
            description="A mapping of how matching models are registered ({}: with the defaults), or "
            "false, which keeps them out."
        ),
    ]
    match: MatchDocument = MatchDocument()
    cleanup: Annotated[
        CleanupDocument,
        Meta(
            description="A mapping of clean-up rules, such as {on_refused_delete: undeploy}. A key "
            "here stands instead of the same key at the top level."
        ),
    ] = CleanupDocument()


class PolicyDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping with version, label_sources, constants, cleanup and rules."""

    version: Annotated[Literal[1], Meta(description="1, the version of the policy's format.")]
    rules: Annotated[
        tuple[RuleDocument, ...],
        Meta(
            max_length=_RULE_LIMIT,
            description=f"A list of up to {_RULE_LIMIT} rules, of which the first that matches "
            "decides. A model that none matches is left alone.",
        ),
    ]
    label_sources: Annotated[
        tuple[Annotated[Source, Meta(description="model, job or dataset.")], ...],
        Meta(
            max_length=3,
            description="A list of model, job and dataset: where labels come from. The first source "
            "that has a key wins.",
            extra_json_schema={"uniqueItems": True},
        ),
    ] = (Source.MODEL,)
    constants: Annotated[
        dict[SourceKey, LabelText],
        Meta(description="A mapping of label keys to values, for keys that no source has."),
    ] = {}
    cleanup: Annotated[
        CleanupDocument,
        Meta(
            description="A mapping of clean-up rules, such as {on_refused_delete: undeploy}. They "
            "hold for every model, also one that no rule matches, unless its rule says otherwise."
        ),
    ] = CleanupDocument()
