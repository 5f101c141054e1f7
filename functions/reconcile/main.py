"""Compares all models with policy and registry; a schedule or a dataset's message triggers it."""

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.entrypoint import UseCase
from bqml_registrar.sweep.settings import SweepSettings
from bqml_registrar.sweep.use_case import sweeper
from bqml_registrar.wiring.functions import entrypoint_for
from bqml_registrar.wiring.settings import Settings


def by_settings(context: Context, settings: Settings) -> UseCase:
    """The sweep of the projects that the settings name."""
    sweep = SweepSettings(
        projects=settings.reconcile_projects,
        topic=settings.reconcile_topic,
        settle_seconds=settings.settle_seconds,
        origin_days=settings.sweep_origin_days,
    )
    return sweeper(context, sweep)


ENTRYPOINT = entrypoint_for(__file__, by_settings)


@functions_framework.http
def reconcile(request: Request) -> ResponseReturnValue:
    """Answer one request."""
    headers = {name.lower(): value for name, value in request.headers}
    return ENTRYPOINT.answer(request.get_data(), headers, request.method)
