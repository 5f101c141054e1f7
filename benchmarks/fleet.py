"""Many registered models on the local cloud: copies of one that our own function has registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from benchmarks.workload import REGISTERED
from bqml_registrar.names import ModelName
from local.cloud.control import Control
from local.cloud.topics import PROJECT


def multiply(control: Control, count: int) -> None:
    """So many models instead of the only registered one, each registered, labelled and remembered as it is."""
    state = control.state()
    bigquery, vertex, firestore = state["bigquery"], state["vertex"], state["firestore"]
    (model,) = [item for item in bigquery["models"] if _dataset(item) == REGISTERED]
    (registered,) = vertex["models"]
    original = model["modelReference"]["modelId"]
    (database,) = [each for each in firestore["databases"] if each.get("documents")]
    (document,) = [each for each in database["documents"] if _digest(original) in each["name"]]
    others = [each for each in database["documents"] if each is not document]
    copies = list(_copies([model, registered, document], original, count))
    remembered = {**database, "documents": [*others, *(copied for _, _, copied in copies)]}
    rest = [each for each in firestore["databases"] if each is not database]
    control.put_state(
        bigquery={"models": [copied for copied, _, _ in copies]},
        vertex={**vertex, "models": [copied for _, copied, _ in copies]},
        firestore={**firestore, "databases": [remembered, *rest]},
    )


def _copies(records: list[Any], original: str, count: int) -> Iterator[list[Any]]:
    """The records of one model under other names; labels and documents have digests of the name."""
    text = json.dumps(records)
    for number in range(count):
        name = f"copy_{number:05}"
        # The label is the beginning of the document's id.
        digests = (_digest(original), _digest(name))
        replaced = text.replace(*digests).replace(digests[0][:32], digests[1][:32])
        yield json.loads(replaced.replace(original, name))


def _dataset(model: Any) -> str:
    return str(model["modelReference"]["datasetId"])


def _digest(model: str) -> str:
    name = ModelName(project=PROJECT, dataset=REGISTERED, model=model)
    return hashlib.sha256(str(name).encode()).hexdigest()
