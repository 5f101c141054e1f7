"""The control API: what a test or a demo does to the local cloud itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import flask

from emulator.audit.router import LogRouter
from emulator.cloud import LocalCloud
from emulator.errors import invalid
from emulator.eventarc.service import Eventarc
from emulator.http_wire import json_body, new_app

LONGEST_ADVANCE = 10 * 365 * 24 * 3600
LONGEST_WAIT = 600
SINK = {"name", "topic", "filter"}
SINK_OPTIONS = {"parent"}


def control_app(cloud: LocalCloud, router: LogRouter) -> flask.Flask:
    """The HTTP application; every route is described in `emulator/README.md`."""
    app = new_app("emulator.control")
    _state_routes(app, cloud)
    _steering_routes(app, cloud)
    _routing_routes(app, router, cast("Eventarc", cloud.services["eventarc"]))
    return app


def _state_routes(app: flask.Flask, cloud: LocalCloud) -> None:
    env = cloud.environment

    @app.post("/reset")
    def reset() -> dict[str, Any]:
        cloud.reset()
        return {}

    @app.get("/state")
    def get_state() -> dict[str, Any]:
        return cloud.dump(flask.request.args.getlist("service"))

    @app.put("/state")
    def put_state() -> dict[str, Any]:
        cloud.load(json_body())
        return cloud.dump()

    @app.get("/calls")
    def calls() -> dict[str, Any]:
        return {"calls": env.gate.calls.dump()}

    @app.get("/idle")
    def idle() -> dict[str, Any]:
        pending = cloud.wait_idle(_seconds(flask.request.args.get("timeout", "30")))
        return {"idle": not pending, "pending": pending}


def _steering_routes(app: flask.Flask, cloud: LocalCloud) -> None:
    env = cloud.environment

    @app.post("/faults")
    def faults() -> dict[str, Any]:
        env.gate.faults.add(json_body())
        return {"open": env.gate.faults.dump()}

    @app.get("/faults")
    def open_faults() -> dict[str, Any]:
        return {"open": env.gate.faults.dump()}

    @app.post("/clock")
    def clock() -> dict[str, Any]:
        env.clock.advance(_advance(json_body()))
        return {"now": env.clock.now().isoformat()}

    @app.get("/settings")
    def get_settings() -> dict[str, Any]:
        return asdict(env.settings)

    @app.put("/settings")
    def put_settings() -> dict[str, Any]:
        env.set(json_body())
        return asdict(env.settings)


def _routing_routes(app: flask.Flask, router: LogRouter, eventarc: Eventarc) -> None:
    @app.post("/sinks")
    def sinks() -> dict[str, Any]:
        body = _sink(json_body())
        parent = body.get("parent", "")
        router.create_sink(
            body["name"], topic=body["topic"], filter_text=body["filter"], parent=parent
        )
        return {"sinks": router.dump()["sinks"]}

    @app.post("/triggers")
    def create_trigger() -> dict[str, Any]:
        return eventarc.create(json_body())

    @app.get("/triggers")
    def triggers() -> dict[str, Any]:
        return eventarc.dump()

    @app.delete("/triggers/<path:name>")
    def delete_trigger(name: str) -> dict[str, Any]:
        eventarc.delete(name)
        return eventarc.dump()


def _only(body: dict[str, Any], known: set[str]) -> dict[str, Any]:
    if unknown := set(body) - known:
        raise invalid(f"There is no {sorted(unknown)} here, only {sorted(known)}.")
    return body


def _advance(body: dict[str, Any]) -> float:
    seconds: Any = _only(body, {"advance_seconds"}).get("advance_seconds")
    if type(seconds) not in {int, float} or not 0 <= seconds <= LONGEST_ADVANCE:
        raise invalid(f'Send {{"advance_seconds": 3600}}: a number from 0 to {LONGEST_ADVANCE}.')
    return float(seconds)


def _sink(body: dict[str, Any]) -> dict[str, Any]:
    if missing := SINK - set(_only(body, SINK | SINK_OPTIONS)):
        raise invalid(f"A sink needs name, topic and filter; {sorted(missing)} is missing.")
    if wrong := sorted(name for name, value in body.items() if not isinstance(value, str)):
        raise invalid(f"name, topic, filter and parent of a sink are strings; {wrong} is not.")
    return body


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_WAIT:
        raise invalid(f"timeout is a number of seconds from 0 to {LONGEST_WAIT}, not {text!r}.")
    return seconds
