"""The local cloud as a stage: acts are played on it, each in a world that nobody has touched.

Real: a process of the local cloud, official clients of BigQuery, Vertex AI and Pub/Sub, the entries.
The world is made once, by those clients, and put back as it was before each act.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
from google.api_core.exceptions import GoogleAPICallError, NotFound
from google.cloud import aiplatform_v1, bigquery
from google.cloud.bigquery.enums import QueryApiMethod

from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.analyst import PROJECT, a_client
from tests.contract.serving_worlds import MACHINE
from tests.emulator.cloud_clients import Clients
from tests.terraform.filter_happenings import Entry, Happening, happenings

LINEAR = "OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
REGISTERED = "OPTIONS(model_type='linear_reg', model_registry='VERTEX_AI') AS SELECT 1 AS label"
PLACE = f"projects/{PROJECT}/locations/us-central1"
ENDPOINT = f"{PLACE}/endpoints/7"
# The ids in the registry of the models that are there; those of `churn` are deployed.
MODELS = {
    "prod_sales.churn": "churn",
    "_hidden.churn": "hidden-churn",
    "prod_sales.free": "free",
    "_hidden.free": "hidden-free",
    "other.m": "other-m",
}
AT_ONCE = {
    "job_latency": 0.0,
    "registration_latency": 0.0,
    "version_latency": 0.0,
    "operation_latency": 0.0,
    "deploy_latency": 0.0,
    "undeploy_latency": 0.0,
    "delete_refused_after_undeploy": 0.0,
}


@dataclass(frozen=True)
class Act:
    """Something that people do, and what it writes: the language is told in filter_statements.py.

    `unheard`: that it fails is in no entry.
    """

    name: str
    do: Callable[[Cloud], object]
    writes: str
    settings: dict[str, Any] = field(default_factory=dict)
    unheard: bool = False

    @property
    def fails(self) -> bool:
        """Whether who does it meets an error."""
        return self.unheard or any(word[-1] in "-!?~" for word in self.writes.split())


@dataclass(frozen=True)
class Circumstances:
    """How the local cloud is set for some acts; `by_query`: statements run by jobs.query."""

    name: str
    acts: tuple[Act, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    by_query: bool = False


class UntoldError(Exception):
    """An act went otherwise than it is told, or wrote other entries."""


class Cloud:
    """The clients of an act, and the stage."""

    def __init__(self, addresses: Addresses) -> None:
        self.control = Control(addresses.control)
        self.client = a_client()
        others = Clients(addresses)
        self.registry, self.publisher = others.registry, others.publisher
        transport = aiplatform_v1.EndpointServiceClient.get_transport_class("grpc")
        channel = grpc.insecure_channel(addresses.vertex_grpc)
        self.endpoints = aiplatform_v1.EndpointServiceClient(transport=transport(channel=channel))
        self._calls: set[str] = set()
        self._settings: dict[str, Any] = {}
        self._by_query = False
        self._world = self._made()

    def _made(self) -> dict[str, Any]:
        self.control.reset()
        self.control.settings(**AT_ONCE)
        for name in ("prod_sales", "other", "_hidden", "a_b", "eu", "empty"):
            dataset = bigquery.Dataset(f"{PROJECT}.{name}")
            dataset.location = "EU" if name == "eu" else "US"
            self.client.create_dataset(dataset)
        for name, vertex_id in MODELS.items():
            options = REGISTERED.replace(")", f", vertex_ai_model_id='{vertex_id}')", 1)
            self.run(f"CREATE MODEL {name} {options}")
        self.endpoints.create_endpoint(
            parent=PLACE, endpoint={"display_name": "shop"}, endpoint_id="7"
        )
        for vertex_id in ("churn", "hidden-churn"):
            self.deploy(vertex_id)
        state = self.control.state()
        return {"bigquery": {**state["bigquery"], "jobs": []}, "vertex": state["vertex"]}

    def played(self, act: Act, circumstances: Circumstances) -> list[Happening]:
        """What an act writes, each with its mark."""
        self._begin(act, circumstances)
        failed = False
        try:
            act.do(self)
        except GoogleAPICallError:
            failed = True
        self.control.wait_idle()
        entries: list[Entry] = self.control.state()["logging"]["entries"]
        story = f"{act.name!r}" + (f" ({circumstances.name})" if circumstances.name else "")
        if failed != act.fails:
            raise UntoldError(f"{story}: {failed=}")
        return _marked(happenings(story, entries), act)

    def calls(self) -> set[str]:
        """The methods that were called so far."""
        self._calls |= {call["method"] for call in self.control.calls()}
        return self._calls

    def _begin(self, act: Act, circumstances: Circumstances) -> None:
        settings = {**AT_ONCE, **circumstances.settings, **act.settings}
        if settings != self._settings:
            self.calls()  # before they are forgotten
            self.control.reset()
            self.control.settings(**settings)
            self._settings = settings
        self.control.put_state(**self._world, logging={"entries": []})
        self._by_query = circumstances.by_query

    # What acts do.

    def begin(self, sql: str, project: str = PROJECT, **config: Any) -> bigquery.QueryJob:
        """Start a statement; LINEAR and REGISTERED in it stand for the rest of a CREATE MODEL."""
        text = sql.replace("LINEAR", LINEAR).replace("REGISTERED", REGISTERED)
        method = QueryApiMethod.QUERY if self._by_query else QueryApiMethod.INSERT
        return self.client.query(
            text,
            project=project,
            job_config=bigquery.QueryJobConfig(**config),
            api_method=method,
            retry=None,
            job_retry=None,
        )

    def run(self, sql: str, project: str = PROJECT) -> None:
        """Run a statement to its end."""
        self.begin(sql, project).result(timeout=10, retry=None)

    def patch(self, name: str, **changes: Any) -> None:
        """models.patch."""
        resource = {**self.client.get_model(name).to_api_repr(), **changes}
        model = bigquery.Model.from_api_repr(resource)
        self.client.update_model(model, list(changes), retry=None)

    def ask(self, method: str, path: str, **options: Any) -> None:
        """A call that the client has no method for."""
        self.client._connection.api_request(method, f"/projects/{PROJECT}/{path}", **options)

    def copy(self, source: str, target: str, disposition: str = "WRITE_EMPTY") -> None:
        """A copy job, to its end."""
        config = bigquery.CopyJobConfig(write_disposition=disposition)
        names = (f"{PROJECT}.{source}", f"{PROJECT}.{target}")
        self.client.copy_table(*names, job_config=config).result(timeout=10, retry=None)

    def deploy(self, vertex_id: str) -> None:
        """DeployModel to ENDPOINT, to its end."""
        deployed = {"model": f"{PLACE}/models/{vertex_id}", "dedicated_resources": MACHINE}
        self.endpoints.deploy_model(endpoint=ENDPOINT, deployed_model=deployed, traffic_split={})
        self.control.wait_idle()

    def expire(self, name: str) -> None:
        """Let an hour and more pass, until a model that expires is gone."""
        self.control.advance(3700)
        deadline = time.monotonic() + 5
        with contextlib.suppress(NotFound):
            while time.monotonic() < deadline:
                self.client.get_model(name)
                time.sleep(0.005)


def _marked(told: list[Happening], act: Act) -> list[Happening]:
    """What was written, with the marks that the act has for it; the old format has none."""
    new, words = [each for each in told if not each.old], act.writes.split()
    events = [word.rstrip("+!-?~") for word in words]
    if [each.event for each in new] != events:
        raise UntoldError(f"{act.writes!r} is not what is written: {[*map(str, new)]}")
    marks = [word.removeprefix(event) for word, event in zip(words, events, strict=True)]
    marked = [replace(each, mark=mark) for each, mark in zip(new, marks, strict=True)]
    return marked + [each for each in told if each.old]
