"""What the Model Registry holds: models, and their versions with aliases, labels and deployments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

DEFAULT_ALIAS = "default"
BQML = "BQML"
CUSTOM = "CUSTOM"


@dataclass
class DeployedModelRef:
    """That a version is deployed: the endpoint's resource name and the id it has there.

    With an `undeploy_time` it is not any more, which takes a while to be noticed everywhere.
    """

    endpoint: str
    id: str
    undeploy_time: float | None = None

    def lasts(self, seconds: float, now: float) -> bool:
        """Whether it is deployed, or was `seconds` ago."""
        return self.undeploy_time is None or now < self.undeploy_time + seconds


@dataclass(kw_only=True)
class Version:
    """One version; `aliases` of an unpublished one are those it will take when it appears.

    `content`: fields of google.cloud.aiplatform.v1.Model that an upload gave it, as JSON.
    `exportable`: what BigQuery ML says when it is to be deployed.
    """

    number: int
    aliases: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    description: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    exportable: bool = True
    deployed_models: list[DeployedModelRef] = field(default_factory=list)
    created_by: str = ""
    create_time: float
    update_time: float
    visible_at: float
    published: bool = True
    revision: int = 1

    def touch(self, now: float) -> None:
        """Note a change: a new update time, a new etag."""
        self.update_time = now
        self.revision += 1


@dataclass(kw_only=True)
class RegisteredModel:
    """A model: what its versions share, and the versions by ascending number."""

    project: str
    location: str
    model_id: str
    display_name: str
    description: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    source: str = BQML
    last_number: int = 0
    create_time: float
    update_time: float
    revision: int = 1
    versions: list[Version] = field(default_factory=list)

    def touch(self, now: float) -> None:
        """Note a change: a new update time, a new etag."""
        self.update_time = now
        self.revision += 1

    def begin_anew(self, now: float) -> None:
        """Be as when it was made, but for the versions and their numbering."""
        self.display_name, self.description, self.labels = self.model_id, "", {}
        self.create_time = now
        self.touch(now)

    def published(self) -> list[Version]:
        """The versions that the API shows."""
        return [version for version in self.versions if version.published]

    def numbered(self, number: int | str) -> Version | None:
        """The version of that number, whether the API shows it or not."""
        return next((item for item in self.versions if str(item.number) == str(number)), None)

    def default(self) -> Version | None:
        """The version that the bare name stands for; without one the API shows no model."""
        return self.resolve(DEFAULT_ALIAS)

    def resolve(self, suffix: str) -> Version | None:
        """The published version of that number or alias."""
        by_number = {str(version.number): version for version in self.published()}
        by_alias = {alias: version for version in self.published() for alias in version.aliases}
        return by_number.get(suffix) or by_alias.get(suffix)

    def take_aliases(self, taker: Version, aliases: Sequence[str], now: float) -> None:
        """Move aliases to a version: in a model each alias names one version only."""
        for other in self.published():
            if other is not taker and (taken := set(other.aliases) & set(aliases)):
                other.aliases = [alias for alias in other.aliases if alias not in taken]
                other.touch(now)
        taker.aliases = list(dict.fromkeys([*taker.aliases, *aliases]))
        taker.touch(now)

    def remove(self, version: Version, now: float) -> None:
        """Drop a version; `default` passes to the most recent one that is left.

        https://cloud.google.com/vertex-ai/docs/model-registry/model-alias
        """
        self.versions.remove(version)
        self.touch(now)
        heirs = self.published() or self.versions
        if heirs and not any(DEFAULT_ALIAS in heir.aliases for heir in heirs):
            self.take_aliases(heirs[-1], [DEFAULT_ALIAS], now)
