"""Compares all models with policy and registry: woken by a schedule, or for one dataset."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.entrypoint import Entrypoint
from shared.sweep.sweeper import SweepSettings, sweeper
from shared.wiring import context_for

SETTINGS, CONTEXT = context_for(__file__)
SWEEP = SweepSettings(
    projects=SETTINGS.reconcile_projects,
    topic=SETTINGS.reconcile_topic,
    settle_seconds=SETTINGS.settle_seconds,
)
ENTRYPOINT = Entrypoint(
    use_case=sweeper(CONTEXT, SWEEP),
    publisher=lambda: CONTEXT.ports.publisher,
    dead_letter_topic=SETTINGS.dead_letter_topic,
    project=SETTINGS.project,
)


@functions_framework.http
def reconcile(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
