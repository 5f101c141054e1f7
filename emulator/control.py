"""The control API: what a test or a demo does to the local cloud itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import flask

from emulator.audit.router import LogRouter
from emulator.cloud import LocalCloud
from emulator.errors import invalid
from emulator.http_wire import json_body, new_app


def control_app(cloud: LocalCloud, router: LogRouter) -> flask.Flask:
    """The HTTP application; every route is described in `emulator/README.md`."""
    app = new_app("emulator.control")
    _state_routes(app, cloud)
    _steering_routes(app, cloud, router)
    return app


def _state_routes(app: flask.Flask, cloud: LocalCloud) -> None:
    env = cloud.environment

    @app.post("/reset")
    def reset() -> dict[str, Any]:
        cloud.reset()
        return {}

    @app.get("/state")
    def get_state() -> dict[str, Any]:
        return cloud.dump()

    @app.put("/state")
    def put_state() -> dict[str, Any]:
        cloud.load(json_body())
        return cloud.dump()

    @app.get("/calls")
    def calls() -> dict[str, Any]:
        return {"calls": env.gate.calls.dump()}

    @app.get("/idle")
    def idle() -> dict[str, Any]:
        pending = cloud.wait_idle(float(flask.request.args.get("timeout", "30")))
        return {"idle": not pending, "pending": pending}


def _steering_routes(app: flask.Flask, cloud: LocalCloud, router: LogRouter) -> None:
    env = cloud.environment

    @app.post("/faults")
    def faults() -> dict[str, Any]:
        env.gate.faults.add(json_body())
        return {"open": env.gate.faults.dump()}

    @app.post("/clock")
    def clock() -> dict[str, Any]:
        seconds = json_body().get("advance_seconds")
        if not isinstance(seconds, (int, float)) or seconds < 0:
            raise invalid('Send {"advance_seconds": 3600}: a number, not negative.')
        env.clock.advance(seconds)
        return {"now": env.clock.now().isoformat()}

    @app.get("/settings")
    def get_settings() -> dict[str, Any]:
        return asdict(env.settings)

    @app.put("/settings")
    def put_settings() -> dict[str, Any]:
        env.set(json_body())
        return asdict(env.settings)

    @app.post("/sinks")
    def sinks() -> dict[str, Any]:
        body = json_body()
        missing = {"name", "topic", "filter"} - set(body)
        if missing:
            raise invalid(f"A sink needs name, topic and filter; {sorted(missing)} is missing.")
        router.create_sink(body["name"], topic=body["topic"], filter_text=body["filter"])
        return {"sinks": router.dump()["sinks"]}
