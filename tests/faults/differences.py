"""What differs between two ends, a line for each place."""

from __future__ import annotations

from typing import Any


def differences(wanted: Any, got: Any, where: str = "") -> list[str]:
    """Empty where both are equal."""
    if wanted == got:
        return []
    if isinstance(wanted, dict) and isinstance(got, dict):
        keys = sorted({*wanted, *got})
        parts = [
            differences(wanted.get(key, "nothing"), got.get(key, "nothing"), f"{where}/{key}")
            for key in keys
        ]
        return [line for part in parts for line in part]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        pairs = enumerate(zip(wanted, got, strict=True))
        return [line for n, (a, b) in pairs for line in differences(a, b, f"{where}/{n}")]
    return [f"{where}: {got!r}, undisturbed {wanted!r}"]
