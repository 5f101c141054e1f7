"""Undeploys a BigQuery ML model before its deletion; requests and refusals trigger it."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from bqml_registrar.cleanup.use_case import cleaner
from bqml_registrar.wiring.functions import entrypoint_for

ENTRYPOINT = entrypoint_for(__file__, lambda context, _: cleaner(context))


@functions_framework.http
def cleanup_endpoints(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
