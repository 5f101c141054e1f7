"""Intents and planned undeployments as sections of an event's data, within Pub/Sub's limits."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, PlannedUndeployment
from bqml_registrar.events.payloads import Deletion, Deployment
from bqml_registrar.names import VertexName

# The limit of a text that holds JSON. Pub/Sub takes 10 MB for all events of a call, and each quote
# in a text counts twice. https://cloud.google.com/pubsub/quotas#resource_limits
JSON_BYTES = 256 * 2**10


def deletion_section(intent: DeletionIntent, due: date | None = None) -> Deletion:
    """The intent's section; `due` is the date of a retirement."""
    return Deletion(
        intent=intent.kind.value,
        key=intent.key,
        requested_at=intent.meant_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        deletes=intent.deletes,
        force=intent.force,
        said=intent.reason,
        due=due.isoformat() if due else "",
    )


def deployment_section(planned: PlannedUndeployment, version: VertexName) -> Deployment:
    """The section of a version's deployed model."""
    deployed = planned.deployed
    return Deployment(
        endpoint=str(planned.endpoint),
        deployed_model_id=deployed.id,
        version=str(version),
        deployed_at=deployed.created,
        display_name=deployed.display_name,
        share=planned.share,
        private=_is_private(deployed.configuration),
        configuration=deployed.configuration,
    )


_Section = TypeVar("_Section", Deletion, Deployment)


def fitting(section: _Section) -> tuple[_Section, str]:
    """The section, without a text that is too large for an event, and a note on what is missing."""
    name = "plan" if isinstance(section, Deletion) else "configuration"
    size = len(getattr(section, name).encode())
    if size <= JSON_BYTES:
        return section, ""
    return replace(section, **{name: ""}), f"the {name} is left out: {size} bytes"


def _is_private(configuration: str) -> bool:
    """Vertex AI returns a deployed model's addresses only if its endpoint has a private network.

    https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints#DeployedModel
    """
    with suppress(msgspec.DecodeError):
        return bool(msgspec.json.decode(configuration, type=_Addressed).privateEndpoints)
    return False


class _Addressed(msgspec.Struct):
    """The one field that is read from a DeployedModel's JSON."""

    privateEndpoints: dict[str, object] = {}  # noqa: N815 - as in Google's JSON
