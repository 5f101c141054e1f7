"""JSON Schemas of the documents that people write: the policy, and a deletion request."""

from __future__ import annotations

from typing import Any

import msgspec

from bqml_registrar.cleanup.intent.request_document import CONTINUATION_KEYS, RequestDocument
from bqml_registrar.policy.document.schema import PolicyDocument


def policy_json_schema() -> dict[str, Any]:
    """The JSON Schema of a policy, for editors and other tools."""
    schema = msgspec.json.schema(PolicyDocument)
    definitions = schema["$defs"]
    # What a struct cannot say of its fields together.
    definitions["RegisterDocument"]["not"] = {"required": ["id", "versions_of"]}
    definitions["PresenceDocument"] |= {"minProperties": 1, "maxProperties": 1}
    definitions["ProtectDocument"] |= {"minProperties": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:bqml-registrar:policy:1",
        **definitions.pop("PolicyDocument"),
        "title": "Label policy of bqml-registrar",
        "$defs": definitions,
    }


def request_json_schema() -> dict[str, Any]:
    """The JSON Schema of a deletion request, for publishers and their editors."""
    schema = msgspec.json.schema(RequestDocument)
    definitions = schema["$defs"]
    # What a struct cannot say of its fields together.
    texts = {key: {"type": "string"} for key in CONTINUATION_KEYS}
    definitions["RequestDocument"] |= {
        "if": {"properties": {"hop": {"minimum": 1}}, "required": ["hop"]},
        "then": {"required": list(CONTINUATION_KEYS), "properties": texts},
        "else": {"properties": {"undeployed": {"const": 0}, "undeploying": {"maxItems": 0}}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:bqml-registrar:deletion-request:1",
        **definitions.pop("RequestDocument"),
        "title": "Deletion request of bqml-registrar",
        "$defs": definitions,
    }


# What a person publishes; every other key has its default.
REQUEST_EXAMPLE: dict[str, Any] = {
    "model": "projects/analytics-prod/datasets/prod_sales/models/churn",
    "delete": True,
    "force": False,
    "etag": None,
    "reason": "Replaced by churn_v2",
    "requested_at": None,
}
