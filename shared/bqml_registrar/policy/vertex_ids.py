"""Converts any text to what Vertex AI accepts: model ids, aliases, labels. Predictable, documented.

Two different texts never share an id: what sanitising changes or cuts ends in a short hash of the
whole text, and so does a clean text that looks as if it ended in one.
"""

from __future__ import annotations

import hashlib
import re
from unicodedata import category

ID_LENGTH = 63
ALIAS_LENGTH = (
    40  # ours; the registry takes 128. So that `bqml-registrar-alias-…` fits a label key.
)
LABEL_LENGTH = 63

# What two pages both take: https://cloud.google.com/vertex-ai/docs/model-registry/model-alias, and
# MergeVersionAliasesRequest.version_aliases, which has capitals inside as well.
_MERGEABLE = re.compile(r"[a-z][a-z0-9-]{0,126}[a-z0-9]")
_HASH_LENGTH = 8
_ENDS_IN_HASH = re.compile(rf"-[0-9a-f]{{{_HASH_LENGTH}}}$")


def short_hash(text: str) -> str:
    """The hash that ends a shortened name: 8 hexadecimal digits of SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def vertex_model_id(text: str) -> str:
    """A registry model id: up to 63 of `[a-z0-9_-]`, first not a digit or hyphen.

    Source: UploadModelRequest.model_id, and the option VERTEX_AI_MODEL_ID of CREATE MODEL.
    """
    clean = re.sub(r"[^a-z0-9_-]", "_", text.lower())
    if not re.match(r"[a-z_]", clean):
        clean = f"_{clean}"
    if clean == text and len(clean) <= ID_LENGTH and not _ENDS_IN_HASH.search(clean):
        return clean
    return f"{clean[: ID_LENGTH - _HASH_LENGTH - 1]}-{short_hash(text)}"


def version_alias(text: str) -> str:
    """A version alias: `[a-z][a-z0-9-]*[a-z0-9]`, at most 40 characters; empty if nothing is left.

    Source: Model.version_aliases, whose pattern is wider; purely numeric aliases are not allowed,
    so a leading digit gets a `v`.
    """
    clean = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if clean and not clean[0].isalpha():
        clean = f"v{clean}"
    if len(clean) > ALIAS_LENGTH:
        clean = f"{clean[: ALIAS_LENGTH - _HASH_LENGTH - 1].rstrip('-')}-{short_hash(text)}"
    return clean if len(clean) != 1 else f"{clean}0"


def is_mergeable_alias(alias: str) -> bool:
    """Whether MergeVersionAliases surely takes an alias that others gave.

    CREATE MODEL lets more pass, such as underscores: bqml-online-prediction of vertex-ai-samples.
    """
    return bool(_MERGEABLE.fullmatch(alias))


def label_value(text: str) -> str:
    """A label's value: up to 63 lower-case letters (of any script), digits, `_` and `-`."""
    kept = (char if _fits_label(char) else "_" for char in text.lower())
    return "".join(kept)[:LABEL_LENGTH]


def _fits_label(char: str) -> bool:
    # Not `\w`: it holds capitals that have no lower case, which labels do not take.
    return char in "_-" or category(char) in {"Ll", "Lo", "Nd", "Nl", "No"}
