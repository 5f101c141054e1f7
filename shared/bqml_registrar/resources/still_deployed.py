"""The words by which BigQuery and Vertex AI refuse to delete or replace a deployed model.

Verbatim for CREATE OR REPLACE MODEL: https://github.com/GoogleCloudPlatform/vertex-ai-samples/pull/788;
Vertex AI's own: https://github.com/googleapis/python-aiplatform/issues/2807. The filter of the sink,
`terraform/filters/refused_deletes.txt`, has the same words.
"""

from __future__ import annotations

_SIGNS = ("deployed or being deployed at the following", "undeploy the model")


def says_still_deployed(words: str) -> bool:
    """Whether a refusal is about a model that is deployed."""
    lowered = words.lower()
    return any(sign in lowered for sign in _SIGNS)
