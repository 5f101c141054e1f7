"""The worlds of the contract suite with endpoints and lists: see serving_worlds.py."""

from __future__ import annotations

import pytest
from real_serving import RealServingWorld
from serving_worlds import FakeServingWorld, ServingWorld

from local.cloud.control import Control
from local.cloud.servers import Addresses


@pytest.fixture(params=["fakes", "adapters"])
def serving(request: pytest.FixtureRequest) -> ServingWorld:
    if request.param == "fakes":
        return FakeServingWorld()
    addresses: Addresses = request.getfixturevalue("local_cloud")
    control: Control = request.getfixturevalue("control")
    return RealServingWorld(addresses, control)
