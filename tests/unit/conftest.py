"""The unit ring: pure functions, nothing faked but the ports of a use case (tests/fakes)."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every run, and no clock: a busy machine must not fail a property.
settings.register_profile("unit", deadline=None, derandomize=True, database=None)
settings.load_profile("unit")
