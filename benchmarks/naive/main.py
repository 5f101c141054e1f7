"""The straightforward function: the same job as the documentation of the libraries leads one to it.

The official libraries are imported at the top and their clients made there, once an instance. The
policy of the benchmark is written out in code. It makes the same API calls as ours.
"""

import base64
import json
import os

import functions_framework
import grpc
from flask import Request
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform, bigquery, pubsub_v1

PROJECT = os.environ["GOOGLE_CLOUD_PROJECT"]
TOPIC = os.environ["EVENTS_TOPIC"]
EMULATOR = os.environ.get("VERTEX_EMULATOR_HOST")
MODEL_EVENTS = ("modelCreation", "modelDataChange", "modelMetadataChange")
REGIONS = {"US": "us-central1", "EU": "europe-west4"}


def vertex_client(region: str) -> aiplatform.gapic.ModelServiceClient:
    """The model service of a region: the high-level SDK does not speak plaintext gRPC."""
    if EMULATOR:
        transport = aiplatform.gapic.ModelServiceClient.get_transport_class("grpc")
        channel = grpc.insecure_channel(EMULATOR)
        return aiplatform.gapic.ModelServiceClient(transport=transport(channel=channel))
    endpoint = f"{region}-aiplatform.googleapis.com"
    return aiplatform.gapic.ModelServiceClient(client_options={"api_endpoint": endpoint})


bq = bigquery.Client(project=PROJECT, credentials=AnonymousCredentials() if EMULATOR else None)
publisher = pubsub_v1.PublisherClient()
models = vertex_client("us-central1")


@functions_framework.http
def register(request: Request) -> tuple[str, int]:
    """Register the model that an audit-log entry is about, if its labels ask for it."""
    message = request.get_json()["message"]
    payload = json.loads(base64.b64decode(message["data"]))["protoPayload"]
    metadata = payload.get("metadata", {})
    event = next((name for name in MODEL_EVENTS if name in metadata), None)
    if event is None:
        return "ignored", 200
    _, project, _, dataset, _, model_name = payload["resourceName"].split("/")
    if not dataset.startswith("prod_"):
        return "skipped", 200
    model = bq.get_model(f"{project}.{dataset}.{model_name}")
    job = bq.get_job(metadata[event]["jobName"].split("/")[-1], location=model.location)
    labels = {**bq.get_dataset(f"{project}.{dataset}").labels, **job.labels, **model.labels}
    if labels.get("vertex") != "register":
        return "skipped", 200
    version = registered(model, f"{dataset}-{model_name}".lower())
    if "announced" not in version.labels:
        labels |= bq.get_model(model.reference).labels  # as they are now: registering took a while
        describe(version, labels, job.user_email)
    return "registered", 200


def registered(model: bigquery.Model, model_id: str) -> aiplatform.gapic.Model:
    """The version in the registry, made where there is none yet."""
    region = REGIONS.get(model.location, model.location.lower())
    name = f"projects/{model.project}/locations/{region}/models/{model_id}"
    run = model.to_api_repr().get("trainingRuns", [{}])[-1]
    if "vertexAiModelId" not in run:
        try:
            models.get_model(name=name)
        except NotFound:
            run = register_as(model, model_id)
        else:
            raise ValueError(f"{name} is taken")
    while "vertexAiModelVersion" not in run:
        fresh = bq.get_model(model.reference)
        run = fresh.to_api_repr()["trainingRuns"][-1]
    return models.get_model(name=f"{name}@{run['vertexAiModelVersion']}")


def register_as(model: bigquery.Model, model_id: str) -> dict:
    """models.patch with the registry's id; the training run that comes back."""
    body = {
        "modelReference": model.reference.to_api_repr(),
        "etag": model.etag,
        "labels": {**model.labels, "registered-by": "naive"},
        "trainingRuns": [{"vertexAiModelId": model_id}],
    }
    patched = bq.update_model(bigquery.Model.from_api_repr(body), ["labels", "trainingRuns"])
    return patched.to_api_repr()["trainingRuns"][-1]


def describe(version: aiplatform.gapic.Model, labels: dict, creator: str) -> None:
    """Set labels, description and alias, publish the events, remember that they are published."""
    name = f"{version.name.split('@')[0]}@{version.version_id}"
    update = {
        "name": name,
        "labels": {**version.labels, "team": labels["team"]},
        "version_description": f"Trained by {creator}",
    }
    mask = {"paths": ["labels", "version_description"]}
    models.update_model(request={"model": update, "update_mask": mask})
    models.merge_version_aliases(name=name, version_aliases=[labels["stage"]])
    event = {
        "version": {"name": name, "labels": update["labels"]},
        "alias": {"name": labels["stage"]},
    }
    data = json.dumps(event).encode()
    told = [
        publisher.publish(TOPIC, data, type="model.v1.registered", model=name),
        publisher.publish(TOPIC, data, type="alias.v1.assigned", model=name),
    ]
    for future in told:
        future.result()
    update["labels"]["announced"] = "1"
    models.update_model(request={"model": update, "update_mask": mask})
