"""Labels of our own by which a model and a version are known, on both sides.

On the BigQuery model: `bqml-registrar` (the rule that registered or adopted it) and `-generation` (which
of the models of this name the registrar registered). On the Vertex version: `bqml-registrar` (which
BigQuery model it is; `-of-dataset` and `-of-model` say it in words, as nothing in Vertex AI points back
to BigQuery).
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
    """The name of a dataset or model as a label's value: a digest where a label cannot hold it."""
    if _AS_LABEL.fullmatch(part) and not part.startswith(_DIGEST_OF):
        return part
    return _DIGEST_OF + hashlib.sha256(part.encode()).hexdigest()[:32]


def is_digest(mark: str) -> bool:
    """Whether a name's mark does not tell the name."""
    return mark.startswith(_DIGEST_OF)


def labelled_model(labels: Mapping[str, str], project: str) -> ModelName | None:
    """The BigQuery model that a version's labels name; None where they do not, or only by digests."""
    dataset, model = labels.get(OF_DATASET, ""), labels.get(OF_MODEL, "")
    if is_digest(dataset) or is_digest(model):
        return None
    try:
        name = ModelName(project=project, dataset=dataset, model=model)
    except ValueError:
        return None
    # Whoever changed one of the labels has not changed the other.
    return name if labels.get(OWNER) == source_digest(name) else None


def number_in(text: str) -> int:
    """The number that a label holds; 0 for what a person garbled."""
    return int(text) if text.isascii() and text.isdigit() else 0
