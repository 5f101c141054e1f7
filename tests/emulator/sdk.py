"""The high-level SDK, google.cloud.aiplatform, pointed at the local cloud by its own init alone."""

from __future__ import annotations

from google.cloud import aiplatform
from google.oauth2.credentials import Credentials

from tests.emulator.vertex_server import PROJECT, REGION


def point_sdk_at(address: str) -> None:
    """What the SDK calls from here on."""
    aiplatform.init(
        project=PROJECT,
        location=REGION,
        credentials=Credentials(token="ada@example.com"),
        api_endpoint=address,
        api_transport="rest",
    )
