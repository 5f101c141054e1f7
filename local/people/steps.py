"""What people do in the course of a day, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NewDataset:
    """datasets.insert."""

    name: str


@dataclass(frozen=True, slots=True)
class Sql:
    """A statement or a script, with the labels of its job."""

    text: str
    job_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Labels:
    """models.patch of a model's labels; None takes one away."""

    model: str
    labels: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Alias:
    """A person gives a version, `ID@NUMBER`, an alias in Vertex AI: MergeVersionAliases."""

    version: str
    alias: str


@dataclass(frozen=True, slots=True)
class Deploy:
    """A person deploys a version, `ID@NUMBER`, to an endpoint, which is made if it is not there.

    It gets this share of the traffic; the others keep the rest in proportion.
    """

    version: str
    endpoint: str
    share: int = 100


@dataclass(frozen=True, slots=True)
class Publish:
    """A person publishes a message, as `gcloud pubsub topics publish` does."""

    topic: str
    message: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """Somebody reads a model's labels, once all is at rest."""

    model: str


@dataclass(frozen=True, slots=True)
class LoseEntries:
    """The local cloud loses the next log entries on their way out of a sink."""

    number: int


@dataclass(frozen=True, slots=True)
class Assume:
    """What the local cloud assumes from now on, where nobody could verify what Google does."""

    settings: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class DryRun:
    """A second deployment of the function, with DRY_RUN=true and a policy of its own."""

    policy: str


BigQueryStep = NewDataset | Sql | Labels
PersonStep = BigQueryStep | Alias | Deploy | Publish
Step = PersonStep | ReadLabels | LoseEntries | Assume | DryRun
