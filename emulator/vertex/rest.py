"""The REST wire of Vertex AI: the same methods as over gRPC, behind the same gate."""

from __future__ import annotations

from typing import Any

import flask

from emulator.cloud import Environment
from emulator.errors import ServiceError
from emulator.grpc_wire import Unary
from emulator.http_wire import caller, json_body, new_app
from emulator.vertex.http_rules import Rule, find_rule, no_method
from emulator.vertex.methods import served_methods
from emulator.vertex.registry import Registry
from emulator.vertex.transcoding import answer, enums_as_integers, request_message, status_body

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def vertex_rest_app(env: Environment, registry: Registry) -> flask.Flask:
    """The HTTP application; a method that it does not serve answers 501 with its name."""
    app = new_app("emulator.vertex")
    app.url_map.merge_slashes = False
    app.register_error_handler(ServiceError, status_body)
    served = served_methods(registry)

    @app.route("/", defaults={"path": ""}, methods=_VERBS, provide_automatic_options=False)
    @app.route("/<path:path>", methods=_VERBS, provide_automatic_options=False)
    def serve(path: str) -> dict[str, Any]:
        rule, name = find_rule(flask.request.method, f"/{path}")
        method = served[rule.service].get(rule.method)
        if method is None:
            raise no_method(rule)
        return _run(env, rule, method, name)

    return app


def _run(env: Environment, rule: Rule, method: Unary, name: str) -> dict[str, Any]:
    query = flask.request.args.to_dict(flat=False)
    integers = enums_as_integers(query)
    request = request_message(method.request, rule, name, query, json_body())
    who = caller(env.settings.default_principal)
    message = env.gate.run(
        f"{rule.service}.{rule.method}",
        method.resource(request),
        who,
        lambda: method.effect(request, who),
    )
    return answer(message, integers=integers)
