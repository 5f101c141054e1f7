"""Our own labels, by which people filter models and versions. Nothing depends on them alone.

On a registered BigQuery model: `bqml-registrar`, the rule. On its version in the registry:
`bqml-registrar`, a digest of the BigQuery model, and `-of-dataset` and `-of-model`, its name in words,
as nothing in Vertex AI refers back to BigQuery.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping

from bqml_registrar.names import ModelName

OWNER = "bqml-registrar"
OF_DATASET = f"{OWNER}-of-dataset"
OF_MODEL = f"{OWNER}-of-model"
# https://cloud.google.com/bigquery/docs/labels-intro#requirements; Vertex AI has the same limit.
MOST_LABELS = 64
_AS_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_DIGEST_OF = "sha256-"


def model_labels(labels: Mapping[str, str], rule: str) -> dict[str, str | None]:
    """The changes to a BigQuery model's labels: the rule, where there is room, and nothing else of ours."""
    changes: dict[str, str | None] = dict.fromkeys(leftovers(labels, (OWNER,)))
    has_room = OWNER in labels or len(labels) - len(changes) < MOST_LABELS
    if rule and labels.get(OWNER) != rule and has_room:
        changes[OWNER] = rule
    return changes


def version_labels(name: ModelName) -> dict[str, str]:
    """The labels of a version that was made of a BigQuery model."""
    return {
        OWNER: source_digest(name),
        OF_DATASET: name_label(name.dataset),
        OF_MODEL: name_label(name.model),
    }


def leftovers(labels: Mapping[str, str], kept: Collection[str]) -> list[str]:
    """The keys of ours that nothing writes any more: release 0.4.0 kept its memory in labels."""
    return [key for key in labels if key.startswith(f"{OWNER}-") and key not in kept]


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
