"""HTTP serving: Flask applications on waitress, and Google's error envelope."""

from __future__ import annotations

import contextlib
import gzip
import threading
import zlib
from typing import Any

import flask
import waitress.server
import waitress.wasyncore
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from werkzeug.exceptions import HTTPException

from emulator.calls import Caller
from emulator.errors import ServiceError
from emulator.principals import caller_of_headers

MAX_THREADS = 64


def error_envelope(error: ServiceError) -> tuple[dict[str, Any], int]:
    """The JSON body that Google's REST APIs answer errors with."""
    item = {"message": error.message, "domain": "global", "reason": error.reason or "internalError"}
    body: dict[str, Any] = {
        "code": error.http,
        "message": error.message,
        "errors": [item],
        "status": error.status,
    }
    if error.details:
        body["details"] = [_detail(message) for message in error.details]
    return {"error": body}, error.http


def _detail(message: Message) -> dict[str, Any]:
    type_url = f"type.googleapis.com/{message.DESCRIPTOR.full_name}"
    return {"@type": type_url, **MessageToDict(message)}


def new_app(name: str) -> flask.Flask:
    """A Flask application whose errors all come in Google's envelope."""
    app = flask.Flask(name)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_error_handler(ServiceError, error_envelope)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)
    return app


def _http_error(error: HTTPException) -> tuple[dict[str, Any], int]:
    request = flask.request
    missing = error.code in {404, 405}
    text = (
        f"The local cloud does not implement {request.method} {request.path}."
        if missing
        else str(error)
    )
    status = "UNIMPLEMENTED" if missing else "INVALID_ARGUMENT"
    http = None if missing else error.code
    return error_envelope(
        ServiceError(status, text, "notImplemented" if missing else "invalid", http)
    )


def _crash(error: Exception) -> tuple[dict[str, Any], int]:
    flask.current_app.logger.error("the local cloud failed", exc_info=error)
    return error_envelope(
        ServiceError("INTERNAL", f"The local cloud failed: {error!r}", "internalError")
    )


def caller(default: str) -> Caller:
    """Who calls, of the current request."""
    headers = {key.lower(): value for key, value in flask.request.headers.items()}
    return caller_of_headers(headers, default, flask.request.remote_addr or "127.0.0.1")


def json_body() -> dict[str, Any]:
    """The current request's JSON object (gzip accepted); an empty body is {}."""
    raw = flask.request.get_data()
    if not raw:
        return {}
    try:
        if flask.request.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        body = flask.json.loads(raw)
    except (ValueError, OSError, EOFError, zlib.error, RecursionError) as error:
        raise ServiceError("INVALID_ARGUMENT", f"Parse Error: {error}", "parseError") from error
    if not isinstance(body, dict):
        raise ServiceError("INVALID_ARGUMENT", "The body must be a JSON object.", "parseError")
    return body


class HttpServer:
    """A WSGI application on a port of its own (0 = any free one)."""

    def __init__(self, app: flask.Flask, host: str, port: int) -> None:
        self._channels: dict[int, Any] = {}
        server: Any = waitress.server.create_server(
            app,
            map=self._channels,
            host=host,
            port=port,
            threads=MAX_THREADS,
            clear_untrusted_proxy_headers=False,
        )
        self._server = server
        self.port: int = server.effective_port
        self._thread = threading.Thread(
            target=self._server.run, name=f"http-{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the threads."""
        # On the loop's own thread: closed under its feet, its select would fail. The loop may run
        # it, pulled by a request that ends just now, before our own pull of the closed trigger.
        with contextlib.suppress(OSError):
            self._server.trigger.pull_trigger(lambda: waitress.wasyncore.close_all(self._channels))
        self._thread.join(timeout=2)
        # A request that takes longer ends with the process.
        self._server.task_dispatcher.shutdown(timeout=0.3)
