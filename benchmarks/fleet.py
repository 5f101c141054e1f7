"""Many registered models on the local cloud: copies of one that our own function has registered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.workload import REGISTERED
from bqml_registrar.bookkeeping.ownership import source_digest
from bqml_registrar.names import ModelName
from local.cloud.control import Control
from local.cloud.topics import PROJECT


def multiply(control: Control, count: int) -> None:
    """So many models instead of the only registered one, each registered, marked and named as it is."""
    state = control.state()
    bigquery, vertex = state["bigquery"], state["vertex"]
    (model,) = [item for item in bigquery["models"] if _dataset(item) == REGISTERED]
    (registered,) = vertex["models"]
    original = model["modelReference"]["modelId"]
    pairs = list(_copies([model, registered], original, count))
    control.put_state(
        bigquery={"models": [copied for copied, _ in pairs]},
        vertex={**vertex, "models": [copied for _, copied in pairs]},
    )


def _copies(records: list[Any], original: str, count: int) -> Iterator[list[Any]]:
    """The records of one model under other names; our marks hold digests of the name."""
    text, mark = json.dumps(records), _mark(original)
    for number in range(count):
        name = f"copy_{number:05}"
        copied = _mark(name)
        replaced = text.replace(mark, copied).replace(mark[:8], copied[:8])
        yield json.loads(replaced.replace(original, name))


def _dataset(model: Any) -> str:
    return str(model["modelReference"]["datasetId"])


def _mark(model: str) -> str:
    return source_digest(ModelName(project=PROJECT, dataset=REGISTERED, model=model))
