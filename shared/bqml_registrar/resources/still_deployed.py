"""The words in which BigQuery and Vertex AI refuse to delete or replace a deployed model.

Verbatim for CREATE OR REPLACE MODEL: https://github.com/GoogleCloudPlatform/vertex-ai-samples/pull/788;
Vertex AI's own: https://github.com/googleapis/python-aiplatform/issues/2807. An entry is known by the
words that the sink's filter, `terraform/filters/refused_deletes.txt`, has too. An answer to a call of
our own is known by fewer, as no page has the words for a refused `models.delete`.
"""

from __future__ import annotations

_UNDEPLOY = "undeploy the model"
_IN_ENTRY = ("deployed or being deployed at the following", _UNDEPLOY)
_IN_ANSWER = ("deployed or being deployed at", _UNDEPLOY)


def entry_says_deployed(words: str) -> bool:
    """Whether a log entry is about the refusal of a deployed model."""
    return any(sign in words.lower() for sign in _IN_ENTRY)


def answer_says_deployed(words: str) -> bool:
    """Whether a call was refused because its model is deployed."""
    return any(sign in words.lower() for sign in _IN_ANSWER)
