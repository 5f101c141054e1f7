"""All flows, for `make test-long` and `python -m tests.faults`."""

from __future__ import annotations

from tests.faults.cleanup_flows import CLEANUPS
from tests.faults.flows import REGISTRAR
from tests.faults.sweep_flows import SWEEPS

FLOWS = (*REGISTRAR, *CLEANUPS, *SWEEPS)
