"""Keeps the Vertex AI Model Registry as the label policy says; BigQuery's audit log triggers it."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from bqml_registrar.registration.use_case import registrar
from bqml_registrar.wiring.functions import entrypoint_for

ENTRYPOINT = entrypoint_for(__file__, lambda context, _: registrar(context))


@functions_framework.http
def register_model(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
