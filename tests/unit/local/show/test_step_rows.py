from __future__ import annotations

import pytest

from local.people.steps import (
    Alias,
    Assume,
    Deploy,
    DryRun,
    Labels,
    LoseEntries,
    NewDataset,
    Publish,
    ReadLabels,
    Sql,
    Step,
)
from local.show.step_rows import step_rows

REQUEST = {"model": "projects/p/datasets/d/models/m"}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (NewDataset("d"), ["dataset d"]),
        (Labels("d.m", {"stage": "prod", "vertex": None}), ["labels d.m: stage=prod, vertex taken away"]),
        (Alias("d-m@1", "prod"), ["alias prod = d-m@1"]),
        (Deploy("d-m@1", "shop", 30), ["deployed d-m@1 to endpoint shop, with 30 % of its traffic"]),
        (Publish("sweeps", {}), ["shell gcloud pubsub topics publish sweeps --message '{}'"]),
        (
            Publish("requests", REQUEST),
            [
                ("shell gcloud pubsub topics publish requests --message \\\n"
                """  '{"model": "projects/p/datasets/d/models/m"}'""")
            ],
        ),
        (Sql("SELECT 1", {"a": "b"}), ["SQL SELECT 1", " job labels: a=b"]),
        (LoseEntries(1), ["local cloud the next log entry is lost on the way"]),
        (LoseEntries(2), ["local cloud the next 2 log entries are lost on the way"]),
        (Assume({"survives": False}), ["local cloud survives=false", " the default"]),
        (
            Assume({"survives": True}),
            ["local cloud survives=true", " assumed, as Google does not document it"],
        ),
        (
            DryRun("version: 1"),
            ["deployed a second register_model with DRY_RUN=true", "its policy version: 1"],
        ),
        (ReadLabels("d.m"), []),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_step_is_shown_as_what_is_run(step: Step, expected: list[str]) -> None:
    assert [f"{head} {content}" for head, content in step_rows(step)] == expected
