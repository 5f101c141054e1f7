"""BigQuery's REST v2 wire: https://cloud.google.com/bigquery/docs/reference/rest."""

from __future__ import annotations

import flask

from emulator.bigquery.rest_call import RestCall
from emulator.bigquery.rest_datasets import dataset_routes
from emulator.bigquery.rest_jobs import job_routes
from emulator.bigquery.rest_models import model_routes
from emulator.bigquery.service import BigQuery
from emulator.cloud import Environment
from emulator.http_wire import new_app

PREFIX = "/bigquery/v2"


def bigquery_app(env: Environment, bigquery: BigQuery) -> flask.Flask:
    """The HTTP application; what it has no route for answers 501."""
    app = new_app("emulator.bigquery")
    call = RestCall(env)
    for routes in (
        dataset_routes(bigquery.datasets, call),
        model_routes(bigquery.models, call),
        job_routes(bigquery.jobs, call),
    ):
        app.register_blueprint(routes, url_prefix=PREFIX)
    return app
