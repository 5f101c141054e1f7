"""A model on many endpoints of the local cloud, and the request that it be deleted."""

from __future__ import annotations

import json
from typing import Any

from google.cloud.pubsub_v1 import PublisherClient

from local.cloud.control import Control
from local.cloud.topics import DELETION_TOPIC, PROJECT, topic
from local.people.analyst import Analyst
from local.people.steps import NewDataset, Sql

DATASET, MODEL, NEIGHBOUR = "prod_sales", "churn", "neighbour"
NAME = f"projects/{PROJECT}/datasets/{DATASET}/models/{MODEL}"
# What UndeployModel takes, in seconds.
UNDEPLOYMENT = 2.0
_PLACE = {"project": PROJECT, "location": "us-central1"}


def deploy(control: Control, endpoints: int) -> None:
    """Two models in the registry; one is on so many endpoints, the other on the first of them too."""
    analyst = Analyst()
    analyst.take(NewDataset(DATASET))
    for name in (MODEL, NEIGHBOUR):
        options = "model_type='linear_reg', input_label_cols=['y'], model_registry='VERTEX_AI'"
        sql = f"CREATE MODEL {DATASET}.{name} OPTIONS({options}) AS SELECT 1 AS x, 2 AS y"
        analyst.take(Sql(sql))
    control.wait_idle()
    shared = _endpoint(0, {MODEL: 60, NEIGHBOUR: 40})
    alone = [_endpoint(number, {MODEL: 100}) for number in range(1, endpoints)]
    control.put_state(vertex={**control.state()["vertex"], "endpoints": [shared, *alone]})
    control.settings(undeploy_latency=UNDEPLOYMENT)


def _endpoint(number: int, shares: dict[str, int]) -> dict[str, Any]:
    models = f"projects/{PROJECT}/locations/{_PLACE['location']}/models"
    return {
        **_PLACE,
        "endpoint_id": f"endpoint-{number}",
        "traffic_split": {f"{name}-{number}": share for name, share in shares.items()},
        "deployed_models": [
            {"id": f"{name}-{number}", "model": f"{models}/{name}@1"} for name in shares
        ],
    }


def request_deletion() -> None:
    """Publish the request, as a person does."""
    request = json.dumps({"model": NAME, "reason": "nobody asks it any more"})
    with PublisherClient() as publisher:
        publisher.publish(topic(DELETION_TOPIC), request.encode()).result()


def model_is_there() -> bool:
    """Whether BigQuery still has the model."""
    return any(model.model_id == MODEL for model in Analyst().models())
