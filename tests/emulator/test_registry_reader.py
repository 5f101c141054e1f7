"""A registry reader over the high-level SDK sees what was registered through BigQuery.

Real: the local cloud's process, the SDK over REST, BigQuery's official client, which trains by SQL and
registers by SQL options or by models.patch. What a registrar adds (stage labels on versions) is
written by the generated client over gRPC.
"""

from __future__ import annotations

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.emulator.cloud_clients import LINEAR, PROJECT, REGION, Clients
from tests.emulator.registry_reader import STAGE, RegistryReader

OPTIONS = (
    "OPTIONS(model_type='linear_reg', model_registry='VERTEX_AI', vertex_ai_model_id='churn'{more})"
    " AS SELECT 1 AS label"
)
MODEL = f"{REGION}/models/churn"


@pytest.fixture
def clients(local_cloud: Addresses, control: Control) -> Clients:
    control.settings(registration_latency=0.0, version_latency=0.0, operation_latency=0.0)
    control.settings(job_latency=0.0, bqml_delete_from_vertex_allowed=True)
    clients = Clients(local_cloud)
    clients.bigquery.create_dataset("sales")
    return clients


def register_by_patch(clients: Clients, model: str, vertex_id: str) -> None:
    patch = bigquery.Model.from_api_repr(
        {
            "modelReference": {"projectId": PROJECT, "datasetId": "sales", "modelId": model},
            "trainingRuns": [{"vertexAiModelId": vertex_id}],
        }
    )
    clients.bigquery.update_model(patch, ["trainingRuns"])


def set_stage(clients: Clients, version: str, stage: str) -> None:
    clients.registry.update_model(
        model={"name": f"{MODEL}@{version}", "labels": {STAGE: stage}},
        update_mask={"paths": ["labels"]},
    )


@pytest.fixture
def reader(clients: Clients, local_cloud: Addresses) -> RegistryReader:
    """Model `churn`: 1 by SQL (default, golden), 2 by patch (staging), 3 by SQL (production, live)."""
    golden = ", vertex_ai_model_version_aliases=['golden']"
    clients.run(f"CREATE MODEL sales.churn {OPTIONS.format(more=golden)}")
    clients.run(f"CREATE MODEL sales.churn_wide {LINEAR}")
    register_by_patch(clients, "churn_wide", "churn")
    live = ", vertex_ai_model_version_aliases=['live']"
    clients.run(f"CREATE MODEL sales.churn_deep {OPTIONS.format(more=live)}")
    set_stage(clients, "2", "staging")
    set_stage(clients, "3", "production")
    return RegistryReader(local_cloud.vertex_rest, PROJECT, REGION.rpartition("/")[2])


def test_it_lists_models_and_versions(reader: RegistryReader) -> None:
    versions = reader.list_versions("churn")

    assert reader.models() == ["churn"]
    assert [version.version_id for version in versions] == ["1", "2", "3"]
    aliases = [list(version.version_aliases) for version in versions]
    assert aliases == [["default", "golden"], [], ["live"]]


@pytest.mark.parametrize(
    ("asked", "number"), [("1", "1"), ("2", "2"), ("golden", "1"), ("live", "3"), ("default", "1")]
)
def test_it_gets_a_version_by_number_and_by_alias(
    reader: RegistryReader, asked: str, number: str
) -> None:
    version = reader.get_version("churn", asked)

    assert (version.name, version.version_id) == ("churn", number)
    assert version.gca_resource.model_source_info.source_type.name == "BQML"


@pytest.mark.parametrize(
    ("stage", "numbers"), [("production", ["3"]), ("staging", ["2"]), ("archived", [])]
)
def test_it_finds_versions_by_stage(reader: RegistryReader, stage: str, numbers: list[str]) -> None:
    assert reader.numbers("churn", stage) == numbers


def test_models_are_found_by_the_stage_of_their_default_version_only(
    reader: RegistryReader, clients: Clients
) -> None:
    before = reader.models(stage="production")
    clients.registry.merge_version_aliases(name=f"{MODEL}@3", version_aliases=["default"])

    assert (before, reader.models(stage="production")) == ([], ["churn"])


def test_a_version_moves_from_stage_to_stage(reader: RegistryReader, clients: Clients) -> None:
    set_stage(clients, "2", "production")
    set_stage(clients, "3", "archived")

    assert reader.numbers("churn", "production") == ["2"]
    assert reader.numbers("churn", "archived") == ["3"]


def test_it_deletes_a_version(reader: RegistryReader) -> None:
    reader.delete_version("churn", "2")

    assert reader.numbers("churn") == ["1", "3"]
    with pytest.raises(exceptions.NotFound):
        reader.get_version("churn", "2")


def test_where_vertex_keeps_bigquery_models_the_deletion_in_bigquery_is_seen(
    reader: RegistryReader, clients: Clients, control: Control
) -> None:
    control.settings(bqml_delete_from_vertex_allowed=False)
    with pytest.raises(exceptions.BadRequest, match="Delete it in BigQuery ML"):
        reader.delete_version("churn", "3")
    clients.run("DROP MODEL sales.churn_deep")

    assert reader.numbers("churn") == ["1", "2"]
    with pytest.raises(exceptions.NotFound):
        reader.get_version("churn", "live")


def test_a_replaced_model_is_a_version_with_a_new_number(
    reader: RegistryReader, clients: Clients
) -> None:
    clients.run(f"CREATE OR REPLACE MODEL sales.churn_deep {OPTIONS.format(more='')}")

    assert reader.numbers("churn") == ["1", "2", "4"]
    assert reader.numbers("churn", "production") == []


def test_the_reader_is_known_as_itself(reader: RegistryReader, control: Control) -> None:
    reader.get_version("churn", "live")

    last = control.calls()[-1]
    assert last["method"] == "google.cloud.aiplatform.v1.ModelService.GetModel"
    assert last["principal"] == "reader@example.com"


def test_the_reader_is_told_why_a_project_without_the_api_has_no_registry(
    reader: RegistryReader, control: Control
) -> None:
    control.settings(vertex_api_disabled_projects=[PROJECT])

    with pytest.raises(exceptions.Forbidden) as refused:
        reader.models()
    assert (refused.value.reason, refused.value.domain) == ("SERVICE_DISABLED", "googleapis.com")
