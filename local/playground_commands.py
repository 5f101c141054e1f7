"""What can be entered in the playground, and what it does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.analyst import Analyst, RefusedError
from local.entries import is_command
from local.expectations import Version
from local.observation import come_to_rest
from local.registry import OWN_MARK, Registry
from local.rollout import Rollout
from local.steps import Labels, NewDataset, Sql, Step
from local.subscriber import Subscriber
from local.timeline import Timeline

HELP = """\
SQL ended by ;                runs: CREATE, ALTER or DROP MODEL, queries, scripts on one line
label DATASET.MODEL k=v ...   sets labels of a model
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
            case "state":
                self._show_state()
            case _:
                self._timeline.say(HELP)
        return True

    def _label(self, words: Sequence[str]) -> None:
        model, *pairs = words or [""]
        labels = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        if model.count(".") != 1 or not labels or len(labels) != len(pairs):
            self._timeline.say("usage: label DATASET.MODEL key=value ...")
            return
        self._run(Labels(model, labels))

    def _run(self, step: Step) -> None:
        """Take a step, then wait a while for what comes of it."""
        if not sys.stdin.isatty():  # nobody has seen it typed
            self._timeline.step(step)
        try:
            self._timeline.row("done", self._analyst.take(step))
            come_to_rest(self._running, self._subscriber, time.monotonic() + _PATIENCE)
        except RefusedError as refused:
            self._timeline.refused(str(refused))
        except RuntimeError as error:
            self._timeline.say(f"Still under way. {error}")

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
