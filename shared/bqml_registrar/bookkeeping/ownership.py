"""Our own labels that identify a model and its version, on both sides.

On the BigQuery model: `bqml-registrar` (the rule that registered or adopted it) and `-generation`
(which of the models of this name the registrar registered). On the Vertex version: `bqml-registrar`
(a digest of its BigQuery model; `-of-dataset` and `-of-model` say its name, as nothing in Vertex AI
refers back to BigQuery).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from bqml_registrar.names import ModelName

OWNER = "bqml-registrar"
GENERATION = f"{OWNER}-generation"
OF_DATASET = f"{OWNER}-of-dataset"
OF_MODEL = f"{OWNER}-of-model"
_AS_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_DIGEST_OF = "sha256-"


def source_digest(name: ModelName) -> str:
    """The owner label's value on a Vertex version: which BigQuery model it was made of."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:32]


def name_label(part: str) -> str:
    """The name of a dataset or model as a label's value: a digest if a label cannot hold it."""
    if _AS_LABEL.fullmatch(part) and not part.startswith(_DIGEST_OF):
        return part
    return _DIGEST_OF + hashlib.sha256(part.encode()).hexdigest()[:32]


def is_digest(label: str) -> bool:
    """Whether a name's label holds a digest instead of the name."""
    return label.startswith(_DIGEST_OF)


def labelled_model(labels: Mapping[str, str], project: str) -> ModelName | None:
    """The BigQuery model that a version's labels name; None if they do not, or only by digests."""
    dataset, model = labels.get(OF_DATASET, ""), labels.get(OF_MODEL, "")
    if is_digest(dataset) or is_digest(model):
        return None
    try:
        name = ModelName(project=project, dataset=dataset, model=model)
    except ValueError:
        return None
    # A person may have changed one of the labels, but hardly both.
    return name if labels.get(OWNER) == source_digest(name) else None
