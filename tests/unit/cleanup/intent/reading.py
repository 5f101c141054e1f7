"""Deletion requests as messages, and how they are read or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bqml_registrar.cleanup.intent.intents import DeletionIntent
from bqml_registrar.cleanup.intent.requests import read_request
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import EndpointName
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tools.document_schemas import request_json_schema

SCHEMA = Draft202012Validator(request_json_schema())
PUBLISHED = "2026-12-01T09:00:00.123Z"
MEANT = datetime(2026, 12, 1, 9, 0, 0, 123000, tzinfo=UTC)
ENDPOINT = EndpointName(project="123456789012", region="us-central1", endpoint="7")
DEPLOYED = {"id": "42", "region": "us-central1", "model_id": "churn", "version": "1"}
GOES_ON = {"hop": 1, "key": "k", "generation": "1793611800000", "requested_at": PUBLISHED}


def message(**keys: Any) -> bytes:
    return json.dumps({"model": str(CHURN), **keys}).encode()


def read(data: bytes, *, publish_time: str = PUBLISHED, **attributes: str) -> DeletionIntent:
    named = {key.replace("_", "-"): value for key, value in attributes.items()}
    return read_request(data, named, publish_time)


def undeploying(**changes: Any) -> dict[str, Any]:
    return {"endpoint": str(ENDPOINT), "share": 60, "deployed": DEPLOYED, **changes}


TEXTS = st.text(max_size=20)


def refused(data: bytes, **delivery: str) -> str:
    with pytest.raises(PermanentError) as caught:
        read(data, **delivery)

    assert caught.value.reason is Reason.MALFORMED_REQUEST
    return caught.value.detail
