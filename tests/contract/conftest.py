"""The worlds of the contract suite with endpoints and lists: see serving_worlds.py."""

from __future__ import annotations

import pytest

from local.control import Control
from local.processes import Addresses
from tests.contract.real_serving import RealServingWorld
from tests.contract.serving_worlds import FakeServingWorld, ServingWorld


@pytest.fixture(params=["fakes", "adapters"])
def serving(request: pytest.FixtureRequest) -> ServingWorld:
    if request.param == "fakes":
        return FakeServingWorld()
    addresses: Addresses = request.getfixturevalue("local_cloud")
    control: Control = request.getfixturevalue("control")
    return RealServingWorld(addresses, control)
