"""Builds the local cloud: which service is given what."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.audit.router import LogRouter
from emulator.bigquery.service import BigQuery
from emulator.clock import Clock
from emulator.cloud import Environment, LocalCloud
from emulator.disabled_services import VertexApi
from emulator.eventarc.service import Eventarc
from emulator.pubsub.broker import Broker
from emulator.vertex.registry import Registry


@dataclass(frozen=True)
class Services:
    """The state machines behind the wires."""

    environment: Environment
    cloud: LocalCloud
    pubsub: Broker
    logging: LogRouter
    vertex: Registry
    bigquery: BigQuery


def assemble(clock: Clock | None = None) -> Services:
    """A fresh local cloud; its clock has to be started, its wires to be attached."""
    env = Environment(clock)
    pubsub = Broker(env)
    logging = LogRouter(env, publish=pubsub.publish_from_service)
    eventarc = Eventarc(env, pubsub)
    logging.listen(eventarc.written)
    vertex = Registry(env)
    vertex_api = VertexApi(lambda: env.settings, vertex.project_names)
    env.gate.guards.append(vertex_api.check_call)
    bigquery = BigQuery(env, registry=vertex, audit=logging)
    cloud = LocalCloud(
        env,
        {
            "bigquery": bigquery,
            "vertex": vertex,
            "pubsub": pubsub,
            "logging": logging,
            "eventarc": eventarc,
        },
    )
    return Services(env, cloud, pubsub, logging, vertex, bigquery)
