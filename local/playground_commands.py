"""What can be entered in the playground, and what it does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.analyst import Analyst, RefusedError
from local.cast import name_version
from local.entries import is_command
from local.expectations import Version
from local.observation import come_to_rest
from local.registry import OWN_MARK, Registry
from local.rollout import Rollout
from local.steps import Alias, BigQueryStep, Labels, NewDataset, Sql
from local.subscriber import Subscriber
from local.timeline import Timeline

HELP = """\
SQL ended by ;                runs: CREATE, ALTER or DROP MODEL, queries, scripts on one line
label DATASET.MODEL k=v k-    sets labels of a model, and takes away those that end in -
alias ID@NUMBER NAME          gives a version an alias in Vertex AI, as a colleague might
models                        the BigQuery models and their versions in the registry
state                         what the local cloud holds
help                          this text
quit, Ctrl-D                  ends everything; SQL without its ; is not run
Ctrl-C                        gives up what is typed; on an empty prompt ends everything
Try:  CREATE MODEL prod_sales.churn OPTIONS (model_type = 'LOGISTIC_REG') AS SELECT 1 AS label;
then  label prod_sales.churn vertex=register stage=prod team=growth"""
_PATIENCE = 5.0


class Playground:
    """Takes entries one by one."""

    def __init__(self, timeline: Timeline, running: Rollout, subscriber: Subscriber) -> None:
        self._timeline = timeline
        self._running = running
        self._subscriber = subscriber
        self._analyst = Analyst()
        self._registry = Registry(running.addresses.vertex_grpc)

    def create_datasets(self, names: Iterable[str]) -> None:
        """Make datasets to begin with."""
        for name in names:
            self._analyst.take(NewDataset(name))

    def take(self, entry: str) -> bool:
        """Do what an entry asks for; whether to go on."""
        if not is_command(entry):
            self._run(Sql(entry))
            return True
        command, *words = entry.split()
        match command.lower():
            case "quit" | "exit":
                return False
            case "models":
                self._show_models()
            case "label":
                self._label(words)
            case "alias":
                self._alias(words)
            case "state":
                self._show_state()
            case _:
                self._timeline.say(HELP)
        return True

    def _label(self, words: Sequence[str]) -> None:
        model, *pairs = words or [""]
        labels = _changes(pairs)
        if model.count(".") != 1 or not labels or len(labels) != len(pairs):
            self._timeline.say("usage: label DATASET.MODEL key=value ... key- takes one away")
            return
        self._run(Labels(model, labels))

    def _alias(self, words: Sequence[str]) -> None:
        match words:
            case [version, alias] if "@" in version:
                self._run(Alias(version, alias))
            case _:
                self._timeline.say("usage: alias ID@NUMBER NAME")

    def _run(self, step: BigQueryStep | Alias) -> None:
        """Take a step, then wait a while for what comes of it."""
        if not sys.stdin.isatty():  # nobody has seen it typed
            self._timeline.step(step)
        try:
            self._timeline.row("done", self._take(step))
            come_to_rest(self._running, self._subscriber, time.monotonic() + _PATIENCE)
        except RefusedError as refused:
            self._timeline.refused(str(refused))
        except RuntimeError as error:
            self._timeline.say(f"Still under way. {error}")

    def _take(self, step: BigQueryStep | Alias) -> str:
        if isinstance(step, Alias):
            name_version(self._registry, step.version, step.alias)
            return "alias set; the next change of the model makes the function look"
        return self._analyst.take(step)

    def _show_models(self) -> None:
        versions = {version.name: version for version in self._registry.versions()}
        rows = [_model_row(model.to_api_repr(), versions) for model in self._analyst.models()]
        self._timeline.table(("model", "type", "registry", "aliases", "labels"), rows)

    def _show_state(self) -> None:
        state = self._running.control.state()
        for service, resources in state.items():
            counts = (
                f"{kind} {len(held)}" for kind, held in resources.items() if isinstance(held, list)
            )
            self._timeline.row(service, ", ".join(counts))
        for each in state["pubsub"]["subscriptions"]:
            name = each["config"]["name"].rpartition("/")[2]
            self._timeline.row("", f"{name}: {len(each['messages'])} not acknowledged")
        self._timeline.row("all of it", f"curl {self._running.addresses.control}/state")


def _changes(pairs: Iterable[str]) -> dict[str, str | None]:
    """Labels to set, as `key=value`, and to take away, as `key-`."""
    changes: dict[str, str | None] = {}
    for pair in pairs:
        key, is_set, value = pair.partition("=")
        if is_set:
            changes[key] = value
        elif key.endswith("-"):
            changes[key.removesuffix("-")] = None
    return changes


def _model_row(model: Mapping[str, Any], versions: Mapping[str, Version]) -> tuple[str, ...]:
    reference = model["modelReference"]
    labels = sorted(f"{key}={value}" for key, value in model.get("labels", {}).items())
    runs = [run for run in model.get("trainingRuns", ()) if run.get("vertexAiModelVersion")]
    version = None
    if runs:
        model_id = runs[-1]["vertexAiModelId"].rpartition("/")[2]
        version = versions.get(f"{model_id}@{runs[-1]['vertexAiModelVersion']}")
    return (
        f"{reference['datasetId']}.{reference['modelId']}",
        model.get("modelType", "remote"),
        version.name if version else "-",
        ", ".join(version.aliases) if version else "",
        " ".join(label for label in labels if not label.startswith(OWN_MARK)),
    )
