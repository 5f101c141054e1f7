"""What a registry event carries as data: one message with a section per resource."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The BigQuery model. `generation` is its creation time in milliseconds since the epoch."""

    name: str
    generation: str = ""
    location: str = ""
    model_type: str = ""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The version in the registry; `version_id` is empty in a dry run that would make a new one."""

    name: str
    model_id: str
    version_id: str
    region: str
    aliases: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    deployable: bool = False
    note: str = ""


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """The alias, and the version's revision at which it changed: higher is later.

    `*` stands for the aliases of a version that is gone, where nothing remembers which they were.
    """

    name: str
    revision: int


class GoneVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version that BigQuery has deleted, as far as anything remembers it: empty is not known.

    `generation` is the creation time of the BigQuery model that it was made of, `aliases` are those
    that no rule had given.
    """

    name: str = ""
    generation: str = ""
    aliases: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided: rule and reason as in the log, with details for a person."""

    rule: str
    reason: str
    detail: str = ""
    dry_run: bool = False


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """An event's data: one message with a section per resource, absent where it has no part."""

    model: Model | UnsetType = UNSET
    verdict: Verdict
    version: Version | UnsetType = UNSET
    alias: Alias | UnsetType = UNSET
    gone: GoneVersion | UnsetType = UNSET
