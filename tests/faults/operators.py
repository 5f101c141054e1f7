"""What a person does at endpoints between two calls of the product, and what the end is to be then.

Whatever an endpoint refuses, as it is busy or gone, is not done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from google.api_core.exceptions import FailedPrecondition, NotFound

from tests.faults.people import REGION, People
from tests.faults.persons import Deed

_REFUSED = (FailedPrecondition, NotFound)
_OWN = "1"  # whoever is to leave is deployed first at an endpoint with three
_STAYING = ("/neighbour@", "/stranger@")


def move_traffic(people: People) -> list[Deed]:
    """Where three share the traffic, give the one that is to leave 20 percent, 40 each to the others."""
    deeds = []
    for name, ids in _deployed(people):
        others = [id_ for id_ in ids if id_ != _OWN]
        if len(others) == 2 and len(ids) == 3:
            moved: Any = {"name": name, "traffic_split": {_OWN: 20, **dict.fromkeys(others, 40)}}
            with suppress(*_REFUSED):
                people.endpoints.update_endpoint(
                    endpoint=moved, update_mask={"paths": ["traffic_split"]}
                )
                deeds.append(_deed(name, split=dict.fromkeys(others, 50)))
    return deeds


def undeploy(people: People) -> list[Deed]:
    """Begin to undeploy what is alone on an endpoint; the product was about to."""
    deeds = []
    for name, ids in _deployed(people):
        if len(ids) == 1:
            with suppress(*_REFUSED):
                people.endpoints.undeploy_model(endpoint=name, deployed_model_id=ids[0])
                deeds.append(_deed(name))
    return deeds


def delete_endpoints(people: People) -> list[Deed]:
    """Undeploy what is alone on an endpoint, and delete that, or one that is empty."""
    deeds = []
    for name, ids in _deployed(people):
        with suppress(*_REFUSED):
            for id_ in ids if len(ids) == 1 else ():
                people.endpoints.undeploy_model(endpoint=name, deployed_model_id=id_)
                people.pass_time(1.0)
            if len(ids) < 2:
                people.endpoints.delete_endpoint(name=name)
                deeds.append(_deed(name, is_gone=True))
    return deeds


def _deployed(people: People) -> Iterator[tuple[str, list[str]]]:
    """Each endpoint by name, with the ids of what is deployed there, if not only others are."""
    for endpoint_id, endpoint in people.state()["endpoints"].items():
        name, deployed = f"{REGION}/endpoints/{endpoint_id}", endpoint["deployed_models"]
        leaving = [each for each in deployed if not any(to in each["model"] for to in _STAYING)]
        if leaving or not deployed:
            yield name, [each["id"] for each in deployed]


def _deed(name: str, **changes: Any) -> Deed:
    return Deed("endpoints", name.rpartition("/")[2], **changes)
