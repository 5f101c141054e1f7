"""What can be entered in the playground, and what it does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.cloud.rollout import Rollout
from local.people.analyst import RefusedError
from local.people.cast import Cast
from local.people.expectations import Version
from local.people.observation import come_to_rest
from local.people.registry import Registry, is_own
from local.people.steps import NewDataset, PersonStep, Publish, Sql
from local.people.subscriber import Subscriber
from local.playground.entries import is_command
from local.playground.grammar import USAGES, step_of
from local.show.timeline import Timeline
from local.show.vertex_rows import endpoint_rows

HELP = """\
SQL ended by ;                runs: CREATE, ALTER or DROP MODEL, queries, scripts on one line
label DATASET.MODEL k=v k-    sets labels of a model, and takes away those that end in -
alias ID@NUMBER NAME          gives a version an alias in Vertex AI, as a colleague might
deploy ID@NUMBER NAME [SHARE] deploys a version to an endpoint, with a share of its traffic (100)
request DATASET.MODEL [force] requests its deletion: undeployed everywhere, then dropped
sweep                         has all models compared with policy and registry
models                        the BigQuery models and their versions in the registry
endpoints                     what each endpoint serves
state                         what the local cloud holds
help                          this text
quit, Ctrl-D                  ends everything; SQL without its ; is not run
Ctrl-C                        gives up what is typed; on an empty prompt ends everything
Try:  CREATE MODEL prod_sales.churn OPTIONS (model_type = 'LOGISTIC_REG') AS SELECT 1 AS label;
then  label prod_sales.churn vertex=register stage=prod team=growth
then  deploy prod_sales-churn@1 shop
then  DROP MODEL prod_sales.churn;
then  request prod_sales.churn"""
_PATIENCE = 10.0


class Playground:
    """Takes entries one by one."""

    def __init__(self, timeline: Timeline, running: Rollout, subscriber: Subscriber) -> None:
        self._timeline = timeline
        self._running = running
        self._subscriber = subscriber
        self._cast = Cast(running)
        self._registry = Registry(running.addresses.vertex_grpc)

    def create_datasets(self, names: Iterable[str]) -> None:
        """Make datasets to begin with."""
        for name in names:
            self._cast.take(NewDataset(name))

    def take(self, entry: str) -> bool:
        """Do what an entry asks for; whether to go on."""
        if not is_command(entry):
            self._run(Sql(entry))
            return True
        command, *words = entry.split()
        command = command.lower()
        if command in ("quit", "exit"):
            return False
        shows = {
            "models": self._show_models,
            "endpoints": self._show_endpoints,
            "state": self._show_state,
        }
        if command in shows:
            shows[command]()
        elif command in USAGES:
            self._try(command, words)
        else:
            self._timeline.say(HELP)
        return True

    def _try(self, command: str, words: Sequence[str]) -> None:
        step = step_of(command, words)
        if step is None:
            self._timeline.say(f"usage: {USAGES[command]}")
        else:
            self._run(step)

    def _run(self, step: PersonStep) -> None:
        """Take a step, then wait a while for what comes of it."""
        # Nobody has seen it typed, or it is worth to be seen as a command for another shell.
        if not sys.stdin.isatty() or isinstance(step, Publish):
            self._timeline.step(step)
        try:
            self._timeline.row("done", self._cast.take(step))
        except RefusedError as refused:
            self._timeline.refused(str(refused))
        try:
            come_to_rest(self._running, self._subscriber, time.monotonic() + _PATIENCE)
        except RuntimeError as error:
            self._timeline.say(f"Still under way. {error}")

    def _show_models(self) -> None:
        versions = {version.name: version for version in self._registry.versions()}
        rows = [_model_row(model.to_api_repr(), versions) for model in self._cast.analyst.models()]
        self._timeline.table(("model", "type", "registry", "aliases", "labels"), rows)

    def _show_endpoints(self) -> None:
        serving = self._cast.endpoints.serving()
        self._timeline.row("endpoints", endpoint_rows(serving, ()) if serving else "none")

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
        " ".join(label for label in labels if not is_own(label)),
    )
