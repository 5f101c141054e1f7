"""What people do, as rows of the timeline: a word that says what kind, and the rest beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from rich.text import Text

from local.people.steps import (
    Alias,
    Assume,
    Deploy,
    DryRun,
    Labels,
    LoseEntries,
    NewDataset,
    PersonStep,
    Publish,
    ReadLabels,
    Sql,
    Step,
)
from local.show.cells import pairs

_KEYWORDS = (
    "CREATE OR REPLACE MODEL|CREATE MODEL|ALTER MODEL|SET OPTIONS|OPTIONS|REMOTE WITH CONNECTION"
    "|CREATE OR REPLACE TABLE|MERGE|USING|WHEN MATCHED THEN|UPDATE SET|SELECT|EXCEPT|FROM|WHERE"
    "|GROUP BY|AS|ON"
)

Row = tuple[str, Text]


def step_rows(step: Step) -> Iterator[Row]:
    """What is run; nothing of what is only read, as the answer says it all."""
    match step:
        case LoseEntries(number):
            entries = "log entry is" if number == 1 else f"{number} log entries are"
            yield "local cloud", Text(f"the next {entries} lost on the way")
        case Assume(settings):
            yield from _assumed(settings)
        case DryRun(policy):
            yield "deployed", Text("a second register_model with DRY_RUN=true")
            yield "its policy", Text(policy)
        case ReadLabels():
            return
        case _:
            yield from _by_people(step)


def _by_people(step: PersonStep) -> Iterator[Row]:
    match step:
        case NewDataset(name):
            yield "dataset", Text(name)
        case Labels(model, labels):
            yield "labels", Text(f"{model}: {pairs(labels.items())}")
        case Alias(version, alias):
            yield "alias", Text(f"{alias} = {version}")
        case Deploy(version, endpoint, share):
            yield (
                "deployed",
                Text(f"{version} to endpoint {endpoint}, with {share} % of its traffic"),
            )
        case Publish(topic, message):
            yield "shell", _command(topic, message)
        case Sql(text, job_labels):
            yield "SQL", _sql(text)
            if job_labels:
                yield "", Text(f"job labels: {pairs(job_labels.items())}", style="dim")


def _assumed(settings: Mapping[str, bool]) -> Iterator[Row]:
    shown = ", ".join(f"{name}={str(value).lower()}" for name, value in settings.items())
    yield "local cloud", Text(shown)
    note = "assumed, as Google does not document it" if any(settings.values()) else "the default"
    yield "", Text(note, style="dim")


def _command(topic: str, message: Mapping[str, object]) -> Text:
    """What does the same in a shell."""
    command = f"gcloud pubsub topics publish {topic} --message"
    data = f"'{json.dumps(message)}'"
    return Text(f"{command} {data}" if len(data) < 20 else f"{command} \\\n  {data}")


def _sql(text: str) -> Text:
    shown = Text(text)
    shown.highlight_regex(rf"\b({_KEYWORDS})\b", "cyan")
    return shown
