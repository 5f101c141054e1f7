"""The worlds of the contract suite: see worlds.py, and serving_worlds.py with endpoints and lists."""

from __future__ import annotations

import pytest

from bqml_registrar.adapters.bigquery import BigQueryCatalog, connect
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.analyst import create_dataset, train
from tests.builders import CHURN
from tests.contract.real_serving import RealServingWorld
from tests.contract.serving_worlds import FakeServingWorld, ServingWorld
from tests.contract.worlds import FakeWorld, RealWorld, World


@pytest.fixture(params=["fakes", "adapters"])
def serving(request: pytest.FixtureRequest) -> ServingWorld:
    if request.param == "fakes":
        return FakeServingWorld()
    addresses: Addresses = request.getfixturevalue("local_cloud")
    control: Control = request.getfixturevalue("control")
    return RealServingWorld(addresses, control)


@pytest.fixture(params=["fakes", "adapters"])
def world(request: pytest.FixtureRequest) -> World:
    """The fakes, and the real adapters on the local cloud."""
    if request.param == "fakes":
        return FakeWorld()
    addresses: Addresses = request.getfixturevalue("local_cloud")
    control: Control = request.getfixturevalue("control")
    return RealWorld(addresses, control)


@pytest.fixture
def catalog(control: Control) -> BigQueryCatalog:
    """The real catalog, with `churn` trained by Ana."""
    control.settings(job_latency=0.0)
    create_dataset("prod_sales")
    train(CHURN)
    return BigQueryCatalog(connect("analytics-dev", emulator=True))
