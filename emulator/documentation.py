"""The generated part of `emulator/README.md`: the settings, as the code has them."""

from __future__ import annotations

import json
from dataclasses import asdict, fields

from emulator.settings import Settings


def settings_table() -> str:
    """A Markdown table of all settings: name, default, whether assumed, help."""
    defaults = asdict(Settings())
    rows = [
        (
            f"`{setting.name}`",
            f"`{json.dumps(defaults[setting.name])}`",
            "assumed" if setting.metadata["assumed"] else "",
            setting.metadata["help"],
        )
        for setting in fields(Settings)
    ]
    head = [("Setting", "Default", "Assumed", "What it says"), ("---",) * 4]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])
