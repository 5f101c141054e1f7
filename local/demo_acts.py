"""An analyst's day, as data: what is run, and what shall come of it."""

from __future__ import annotations

from local.act import Act
from local.demo_acts_changes import CHANGES
from local.demo_acts_cleanup import CLEANUP
from local.demo_acts_creation import CREATION

ACTS: tuple[Act, ...] = (*CREATION, *CHANGES, *CLEANUP)
