"""Eventarc's path patterns over resource names.

Source: https://cloud.google.com/eventarc/docs/path-patterns (preview).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from emulator.errors import invalid

# `{name}`, `{name=*}`, `{name=**}`: a wildcard that also has a name, which nothing here asks for.
_NAMED = re.compile(r"\{[A-Za-z0-9_]+(?:=([^{}/]+))?\}")


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """The test of a pattern; ServiceError INVALID_ARGUMENT says how one is written."""
    if not pattern.startswith("/"):
        raise invalid(
            f"The path pattern {pattern!r} does not begin with a slash: /projects/*/datasets/**."
        )
    segments = _NAMED.sub(lambda named: named[1] or "*", pattern[1:]).split("/")
    matcher = re.compile("".join(map(_expression, segments)), re.DOTALL)
    # A log entry's resource name has no slash in front.
    return lambda name: bool(matcher.fullmatch(f"/{name.removeprefix('/')}"))


def _expression(segment: str) -> str:
    """One segment with the slash before it; `**` is any number of segments, none included."""
    if segment == "**":
        return "(?:/[^/]+)*"
    if "**" in segment or set("{}") & set(segment):
        raise invalid(f"{segment!r} is no segment of a path pattern: `*`, `a*`, `**`, `{{name}}`.")
    return "/" + "[^/]*".join(map(re.escape, segment.split("*")))
