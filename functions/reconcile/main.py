"""Compares all models with policy and registry: woken by a schedule, or for one dataset."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.context import Context
from shared.entrypoint import UseCase
from shared.settings import Settings
from shared.sweep.ports import SweepSettings
from shared.sweep.sweeper import sweeper
from shared.wiring import entrypoint_for


def by_settings(context: Context, settings: Settings) -> UseCase:
    """The sweep of the projects that the settings name."""
    sweep = SweepSettings(
        projects=settings.reconcile_projects,
        topic=settings.reconcile_topic,
        settle_seconds=settings.settle_seconds,
    )
    return sweeper(context, sweep)


ENTRYPOINT = entrypoint_for(__file__, by_settings)


@functions_framework.http
def reconcile(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
