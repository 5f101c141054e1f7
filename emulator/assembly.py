"""Builds the local cloud: which service is given what."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.audit.router import LogRouter
from emulator.bigquery.service import BigQuery
from emulator.clock import Clock
from emulator.cloud import Environment, LocalCloud
from emulator.disabled_services import FIRESTORE, VERTEX, EnabledApi
from emulator.eventarc.service import Eventarc
from emulator.firestore.service import Firestore
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
    firestore: Firestore


def assemble(clock: Clock | None = None) -> Services:
    """A fresh local cloud; its clock has to be started, its wires to be attached."""
    env = Environment(clock)
    pubsub = Broker(env)
    logging = LogRouter(env, publish=pubsub.publish_from_service)
    eventarc = Eventarc(env, pubsub)
    logging.listen(eventarc.written)
    vertex = Registry(env)
    for api in (VERTEX, FIRESTORE):
        enabled = EnabledApi(api, lambda: env.settings, vertex.project_names)
        env.gate.guards.append(enabled.check_call)
    bigquery = BigQuery(env, registry=vertex, audit=logging)
    firestore = Firestore(env)
    cloud = LocalCloud(
        env,
        {
            "bigquery": bigquery,
            "vertex": vertex,
            "pubsub": pubsub,
            "logging": logging,
            "eventarc": eventarc,
            "firestore": firestore,
        },
    )
    return Services(env, cloud, pubsub, logging, vertex, bigquery, firestore)
