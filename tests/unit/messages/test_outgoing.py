from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.messages.outgoing import bounded


@given(st.text(max_size=2000))
def test_bounding_keeps_what_fits_and_never_exceeds(text: str) -> None:
    assert len(bounded(text).encode()) <= 1024
    assert len(text.encode()) > 1024 or bounded(text) == text
