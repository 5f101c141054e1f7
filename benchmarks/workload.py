"""An analyst's models on the local cloud, and the push bodies that tell of them.

The bodies carry audit entries as the local cloud wrote them; the benchmark delivers them itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from google.cloud import bigquery
from google.oauth2.credentials import Credentials

from local.cloud.control import Control
from local.cloud.databases import databases
from local.cloud.event_topic import create_event_topic
from local.cloud.topics import AUDIT_TOPIC, EVENTS_TOPIC, PROJECT, subscription, topic

REGISTERED, UNLABELLED, OTHER_DATASET = "prod_sales", "prod_drafts", "scratch"
# The job's and the dataset's labels; with the model's own, every source has one.
_JOB_LABELS = {"stage": "prod"}
_DATASET_LABELS = {"team": "growth"}


class Workload:
    """Makes models one by one: each delivery tells of a model that nobody has heard of."""

    def __init__(self, control: Control) -> None:
        self._control = control
        # The local cloud takes the token's text for who calls.
        ana = Credentials("ana@example.com")  # type: ignore[no-untyped-call]
        self._bigquery = bigquery.Client(project=PROJECT, credentials=ana)
        self._made = 0

    def prepare(self) -> None:
        """The topic that events go to, the databases and the datasets."""
        create_event_topic(topic(EVENTS_TOPIC))
        self._control.put_state(firestore={"databases": databases()})
        self.make_datasets()

    def make_datasets(self) -> None:
        """The datasets. Nothing lags: what it costs is not ours."""
        self._control.settings(registration_latency=0.0, version_latency=0.0, job_latency=0.0)
        for name in (REGISTERED, UNLABELLED, OTHER_DATASET):
            dataset = bigquery.Dataset(f"{PROJECT}.{name}")
            dataset.location = "US"
            dataset.labels = _DATASET_LABELS
            self._bigquery.create_dataset(dataset)

    def model(self, dataset: str = REGISTERED) -> bytes:
        """Train a model, label it if it is one to be registered; the delivery of its creation."""
        name = self.train(dataset)
        return _creation(self._entries(), name)

    def models(self, count: int) -> list[bytes]:
        """So many to be registered; the local cloud's log, which grows, is read once."""
        names = [self.train(REGISTERED) for _ in range(count)]
        entries = self._entries()
        return [_creation(entries, name) for name in names]

    def query(self) -> bytes:
        """Run an ordinary query; the delivery of its end."""
        job = self._run("SELECT 1")
        return push_body(_entry(self._entries(), f"/jobs/{job}", "jobChange"))

    def train(self, dataset: str) -> str:
        """Train a model, label it if it is one to be registered; its name."""
        self._made += 1
        name = f"model_{self._made}"
        statement = (
            f"CREATE MODEL {dataset}.{name} OPTIONS(MODEL_TYPE='LINEAR_REG') AS SELECT 1 AS label"
        )
        self._run(statement)
        if dataset == REGISTERED:
            model = self._bigquery.get_model(f"{PROJECT}.{dataset}.{name}")
            model.labels = {"vertex": "register"}
            self._bigquery.update_model(model, ["labels"])
        return name

    def _run(self, statement: str) -> str:
        config = bigquery.QueryJobConfig(labels=_JOB_LABELS)
        job = self._bigquery.query(statement, location="US", job_config=config)
        job.result()
        return str(job.job_id)

    def _entries(self) -> list[Mapping[str, Any]]:
        return list(self._control.state()["logging"]["entries"])


def _creation(entries: Iterable[Mapping[str, Any]], name: str) -> bytes:
    return push_body(_entry(entries, f"/models/{name}", "modelCreation"))


def _entry(entries: Iterable[Mapping[str, Any]], resource: str, event: str) -> Mapping[str, Any]:
    for entry in entries:
        payload = entry["protoPayload"]
        if payload["resourceName"].endswith(resource) and event in payload.get("metadata", {}):
            return entry
    raise RuntimeError(f"the local cloud wrote no {event} about {resource}")


def push_body(entry: Mapping[str, Any]) -> bytes:
    """A wrapped push as Pub/Sub makes one of an exported log entry."""
    message = {
        "data": _data(entry),
        "attributes": {"logging.googleapis.com/timestamp": entry["timestamp"]},
        "messageId": entry["insertId"],
        "publishTime": entry["receiveTimestamp"],
    }
    return _wrapped(message, AUDIT_TOPIC)


def message_body(content: Mapping[str, Any], source: str) -> bytes:
    """A wrapped push of a message, never published before, with JSON for data."""
    message = {
        "data": _data(content),
        "messageId": uuid4().hex,
        "publishTime": datetime.now(UTC).isoformat(),
    }
    return _wrapped(message, source)


def _data(content: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def _wrapped(message: Mapping[str, Any], source: str) -> bytes:
    delivery = {"message": message, "subscription": subscription(source), "deliveryAttempt": 1}
    return json.dumps(delivery).encode()
