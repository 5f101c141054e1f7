"""The REST port of Vertex AI: the registry is served by gRPC; every REST call is refused by name."""

from __future__ import annotations

import flask

from emulator.http_wire import new_app


def vertex_rest_app() -> flask.Flask:
    """An application without routes: it answers 501 and names the method and path."""
    return new_app("emulator.vertex")
