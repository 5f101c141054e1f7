"""Undeploys a BigQuery ML model everywhere before it is deleted: woken by requests and refusals."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cleanup.cleaner import cleaner
from shared.entrypoint import Entrypoint
from shared.wiring import context_for

SETTINGS, CONTEXT = context_for(__file__)
ENTRYPOINT = Entrypoint(
    use_case=cleaner(CONTEXT),
    publisher=lambda: CONTEXT.ports.publisher,
    dead_letter_topic=SETTINGS.dead_letter_topic,
    project=SETTINGS.project,
)


@functions_framework.http
def cleanup_endpoints(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
