"""One local cloud for all flows of a test worker; see the package's modules for what is real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.harness import Harness
from tests.faults.world import serving


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with serving() as world:
        yield Harness(world)
