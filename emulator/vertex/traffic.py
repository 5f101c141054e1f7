"""The rules of Endpoint.traffic_split, and of the splits that DeployModel and UndeployModel are given.

Sources: the definitions of Endpoint, DeployModelRequest and UndeployModelRequest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from emulator.errors import ServiceError, failed_precondition, invalid
from emulator.vertex.endpoint_state import Endpoint

NEW_MODEL = "0"
Split = Mapping[str, int]


def unknown_ids(ids: Collection[str], status: str) -> ServiceError:
    """The text is public (GoogleCloudPlatform/java-docs-samples#8475), its status is not."""
    return ServiceError(
        status, f"The following DeployedModel ID(s) [{', '.join(sorted(ids))}] do not exist."
    )


def checked_split(split: Split, known: Collection[str], status: str) -> dict[str, int]:
    """A split of the traffic to known ids: 100 in all, or nothing at all."""
    if missing := set(split) - set(known):
        raise unknown_ids(missing, status)
    if any(share < 0 for share in split.values()) or (split and sum(split.values()) != 100):
        # assumed: the text.
        raise invalid("The traffic percentage values must add up to 100, or the map must be empty.")
    return dict(split)


def refuse_private(endpoint: Endpoint, split: Split) -> None:
    """An endpoint in a network has one model, hence no split.

    https://cloud.google.com/vertex-ai/docs/predictions/using-private-endpoints
    """
    if split and endpoint.private:
        # assumed: status and text.
        raise invalid("Traffic splitting is not supported for an Endpoint with a network.")


def split_with(endpoint: Endpoint, new_id: str, split: Split, status: str) -> dict[str, int]:
    """The traffic when a model is deployed: as it was, or as given with `0` for the new one."""
    refuse_private(endpoint, split)
    if not split:
        return endpoint.traffic_split
    checked = checked_split(split, {NEW_MODEL, *endpoint.ids()}, status)
    return {new_id if key == NEW_MODEL else key: share for key, share in checked.items()}


def split_without(endpoint: Endpoint, gone: str, split: Split, status: str) -> dict[str, int]:
    """The traffic when a model is undeployed; refused unless that leaves it none.

    The last one may have had all of it: the split "will always end up empty", as it knows no others.
    """
    refuse_private(endpoint, split)
    after = checked_split(split, endpoint.ids(), status) or dict(endpoint.traffic_split)
    keeps = after.pop(gone, 0)
    if keeps and (split or endpoint.ids() != [gone]):
        # assumed: status and text.
        raise failed_precondition(
            f"DeployedModel {gone} still has traffic. Assign its traffic to other DeployedModels first."
        )
    return after
