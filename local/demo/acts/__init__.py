"""An analyst's day, as data: what is run, and what shall come of it."""

from __future__ import annotations

from local.demo.act import Act
from local.demo.acts.changes import CHANGES
from local.demo.acts.cleanup import CLEANUP
from local.demo.acts.creation import CREATION

ACTS: tuple[Act, ...] = (*CREATION, *CHANGES, *CLEANUP)
