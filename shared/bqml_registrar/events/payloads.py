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
    """The alias, and the number of the change.

    A higher number is later, as long as the model's document is not lost. `*` stands for the aliases
    of a version that is gone, where nothing remembers which they were.
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


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployed model that leaves its endpoint, complete, so that it can be deployed again.

    `version` is the registry's; `share` is the percentage of the endpoint's live traffic that it had
    when it was planned to leave; `private`: the endpoint serves in a network of its own.
    `configuration` is Vertex AI's whole DeployedModel as one JSON text. The endpoint's traffic before
    and after, by deployed model id, is told by `undeployplanned` alone. `note` says what became of the
    endpoint.
    """

    endpoint: str
    deployed_model_id: str
    version: str
    deployed_at: str = ""
    display_name: str = ""
    share: int = 0
    private: bool = False
    configuration: str = ""
    traffic_before: dict[str, int] = {}
    traffic_after: dict[str, int] = {}
    note: str = ""


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """The intent to delete a model, or (`deletes` is false) to undeploy it everywhere.

    `intent` is what told of it: `request`, `retirement`, `expiration`, `refused_drop`,
    `refused_replace` or `refused_dataset`; `key` tells it from every other about the model;
    `requested_at` is when it arose; `said` are the requester's own words; `due` is the date of a
    retirement. `plan` is the whole plan as one JSON text, told by `requested` and `blocked` alone;
    `how_to_go_on` is a sentence for a person.
    """

    intent: str
    key: str
    requested_at: str = ""
    deletes: bool = False
    force: bool = False
    said: str = ""
    due: str = ""
    plan: str = ""
    how_to_go_on: str = ""


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """A sweep of one dataset, in numbers of models.

    `models` are all of them. Each is one of these: `skipped`, as no rule names it; `unchanged`, as
    lists and its document are as at the last look; `in_order`, when looked at; `settled`, as something
    was announced; `recent`, so that its events may be under way; `origin_unknown`, as its rule needs a
    creating job that is not found; `failed`, as other events and the log explain; `unreadable`, as
    its name breaks BigQuery's rules, which the log tells. Beside that, `missed` are models of which an
    event should have told, deleted ones too; `retirements` are due and `expirations` are near;
    `orphans` are versions.
    """

    id: str
    dataset: str
    models: int = 0
    skipped: int = 0
    unchanged: int = 0
    in_order: int = 0
    settled: int = 0
    missed: int = 0
    recent: int = 0
    retirements: int = 0
    expirations: int = 0
    orphans: int = 0
    failed: int = 0
    unreadable: int = 0
    origin_unknown: int = 0


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Where the world was not as events should have left it, as a sweep found.

    `version` is one whose BigQuery model is gone; empty where a change was missed.
    """

    dataset: str
    version: str = ""


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """An event's data: one message with a section per resource, absent where it has no part."""

    model: Model | UnsetType = UNSET
    verdict: Verdict
    version: Version | UnsetType = UNSET
    alias: Alias | UnsetType = UNSET
    gone: GoneVersion | UnsetType = UNSET
    deployment: Deployment | UnsetType = UNSET
    deletion: Deletion | UnsetType = UNSET
    sweep: Sweep | UnsetType = UNSET
    drift: Drift | UnsetType = UNSET
