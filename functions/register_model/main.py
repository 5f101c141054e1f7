"""Keeps the Vertex AI Model Registry as the label policy says: woken by BigQuery's audit log."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.entrypoint import Entrypoint
from shared.registrar import registrar
from shared.wiring import context_for

SETTINGS, CONTEXT = context_for(__file__)
ENTRYPOINT = Entrypoint(
    use_case=registrar(CONTEXT),
    publisher=lambda: CONTEXT.ports.publisher,
    dead_letter_topic=SETTINGS.dead_letter_topic,
    project=SETTINGS.project,
)


@functions_framework.http
def register_model(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
