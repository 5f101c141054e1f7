from __future__ import annotations

from local.show.cells import pairs


def test_a_label_without_a_value_is_taken_away() -> None:
    assert pairs({"stage": "prod", "vertex": None}.items()) == "stage=prod, vertex taken away"
