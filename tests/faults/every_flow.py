"""All flows, for `make test-long` and `python -m tests.faults`."""

from __future__ import annotations

from tests.faults.cleanup_flows import CLEANUPS
from tests.faults.flows import REGISTRAR
from tests.faults.sweep_flows import DRIFTED, SWEEPS

FLOWS = (*REGISTRAR, *CLEANUPS, *SWEEPS)
# Of which `make test-long` runs a sample.
LARGE = (DRIFTED,)
