"""Globs of aliases: which one some alias fits, and which none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.policy.document.values import never_fits

an_alias = st.from_regex(r"[a-z][a-zA-Z0-9-]{0,10}[a-z0-9]", fullmatch=True)


@st.composite
def globs_of_an_alias(draw: st.DrawFn) -> str:
    """An alias in which some characters are written as a glob that they fit."""
    parts = []
    for character in draw(an_alias):
        ways = [character, "?", "*", f"[{character}_]", "[!_]"]
        parts.append(draw(st.sampled_from(ways)))
    return "".join(parts)


@given(globs_of_an_alias())
def test_a_glob_that_some_alias_fits_is_never_refused(glob: str) -> None:
    assert never_fits("aliases", glob) == ""


@pytest.mark.parametrize(
    "glob", ["*", "?*", "**", "[ab]*", "a?", "*V*", "*[-a]", "a" * 128, "?" * 128 + "*"]
)
def test_a_glob_at_the_edge_of_what_aliases_can_be_is_accepted(glob: str) -> None:
    assert never_fits("aliases", glob) == ""


@pytest.mark.parametrize(
    "glob",
    ["_", "a_*", "*ü*", "[_.]a", "9*", "-a", "[0-9]*", "A*", "a-", "*-", "*V", "a", "?", "a" * 129],
)
def test_a_glob_that_no_alias_fits_is_refused(glob: str) -> None:
    assert never_fits("aliases", glob).startswith("fits no alias")
