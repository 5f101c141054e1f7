"""A registry reader over Google's high-level SDK sees what the policy made of the models.

Real: local cloud, sink, push subscription, the function with a policy of this file, both SDKs.
Observed: what the reader gets, and nothing else, once nothing is under way.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api_core.exceptions import NotFound

from bqml_registrar.names import ModelName
from local.cloud.connections import connect
from local.cloud.rollout import Rollout, rollout
from local.cloud.topics import PROJECT
from tests.analyst import a_client, create_dataset, train
from tests.emulator.registry_reader import RegistryReader

POLICY = """
version: 1
label_sources: [model, job]
rules:
  - name: staged
    match: {labels: {family: {present: true}, stage: {present: true}}}
    register:
      versions_of: "{labels.family}"
      aliases: ["{model}"]
      labels: {stage: "{labels.stage}"}
"""
WIDE, DEEP = (
    ModelName(project=PROJECT, dataset="prod_sales", model=model) for model in ("wide", "deep")
)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    policy = Path(tmp_path_factory.mktemp("policy")) / "policy.yaml"
    policy.write_text(POLICY)
    with rollout(policy) as running:
        yield running


@pytest.fixture
def product(processes: Rollout, monkeypatch: pytest.MonkeyPatch) -> Rollout:
    """The running product; Vertex AI deletes models of BigQuery ML when asked."""
    for name, value in processes.addresses.env.items():
        monkeypatch.setenv(name, value)
    processes.control.reset()
    connect(processes.control, **processes.function_addresses)
    processes.control.settings(operation_latency=0.0, bqml_delete_from_vertex_allowed=True)
    create_dataset("prod_sales")
    return processes


@pytest.fixture
def reader(product: Rollout) -> RegistryReader:
    """Model `churn`: version 1 is `wide` in stage staging, version 2 is `deep` in production."""
    for name, stage in ((WIDE, "staging"), (DEEP, "production")):
        train(name, labels={"family": "churn", "stage": stage})
        product.control.wait_idle()
    return RegistryReader(product.addresses.vertex_rest, PROJECT, "us-central1")


def test_what_the_policy_registered_is_found_by_number_alias_and_stage(
    reader: RegistryReader,
) -> None:
    assert reader.models() == ["churn"]
    assert reader.numbers("churn") == ["1", "2"]
    assert reader.get_version("churn", "2").labels["stage"] == "production"
    assert reader.get_version("churn", "deep").version_id == "2"
    assert reader.numbers("churn", "production") == ["2"]
    assert reader.numbers("churn", "staging") == ["1"]


def test_a_version_that_the_reader_deletes_is_gone(
    product: Rollout, reader: RegistryReader
) -> None:
    reader.delete_version("churn", "2")
    product.control.wait_idle()

    assert reader.numbers("churn") == ["1"]


def test_a_dropped_model_is_gone_for_the_reader(product: Rollout, reader: RegistryReader) -> None:
    a_client().query("DROP MODEL `prod_sales.deep`").result(timeout=10)
    product.control.wait_idle()

    assert reader.numbers("churn", "production") == []
    with pytest.raises(NotFound):
        reader.get_version("churn", "deep")
