"""Lists that Google refuses, or that hold what nobody expects."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest
from google.api_core import exceptions as api

from bqml_registrar.adapters.bigquery import BigQueryCatalog, connect
from bqml_registrar.adapters.lists import GoogleLists
from bqml_registrar.adapters.vertex import VertexRegistry
from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.names import DatasetName, JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import RunTime, ScriptJob
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.builders import CHURN


def test_a_project_that_does_not_exist_is_for_a_person(
    local_cloud: Addresses, control: Control
) -> None:
    registry = VertexRegistry(local_cloud.vertex_grpc)
    lists = GoogleLists(connect("analytics-dev", emulator=True), registry)
    control.fault("DatasetService.ListDatasets", "error_before", status="NOT_FOUND")

    with pytest.raises(PermanentError) as refused:
        list(lists.datasets("analytics-dev"))

    assert refused.value.reason is Reason.REFUSED_BY_SERVICE


def test_a_list_of_datasets_that_is_answered_with_412_is_tried_again(
    local_cloud: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect("analytics-dev", emulator=True)
    lists = GoogleLists(client, VertexRegistry(local_cloud.vertex_grpc))

    def answer_412(**_: object) -> None:
        raise api.PreconditionFailed("The etag does not match.")

    monkeypatch.setattr(client, "list_datasets", answer_412)

    with pytest.raises(RetryableError) as failed:
        list(lists.datasets("analytics-dev"))

    assert failed.value.reason is Reason.SERVICE_UNAVAILABLE


def test_a_place_that_vertex_ai_does_not_know_has_no_versions(
    local_cloud: Addresses, control: Control
) -> None:
    registry = VertexRegistry(local_cloud.vertex_grpc)
    control.fault(
        "google.cloud.aiplatform.v1.ModelService.ListModels", "error_before", status="NOT_FOUND"
    )

    assert list(registry.labelled("analytics-dev", "us-central1")) == []


@pytest.mark.parametrize(
    ("model", "shown"),
    [("two+words", "'two+words'"), ("a\tb\u200b", r"'a\tb\u200b'"), ("🙂" * 300, repr("🙂" * 200))],
    ids=["sign", "unprintable", "long"],
)
def test_a_listed_name_that_the_reference_does_not_allow_is_told_beside_the_models(
    catalog: BigQueryCatalog, control: Control, model: str, shown: str
) -> None:
    state = control.state()["bigquery"]
    strange = copy.deepcopy(state["models"][0])
    strange["modelReference"]["modelId"] = model
    control.put_state(bigquery={**state, "models": [*state["models"], strange]})
    lists = GoogleLists(connect("analytics-dev", emulator=True), VertexRegistry())

    page = lists.models(DatasetName(project=CHURN.project, dataset=CHURN.dataset))

    assert page is not None
    assert [model.name for model in page.models] == [CHURN]
    assert page.unreadable == (shown,)


@pytest.mark.parametrize(
    ("status", "error"),
    [("PERMISSION_DENIED", PermanentError), ("NOT_FOUND", RetryableError), ("UNAVAILABLE", RetryableError)],
    ids=["403", "404", "503"],
)  # fmt: skip
@pytest.mark.parametrize("of_a_script", [False, True], ids=["jobs", "statements"])
def test_jobs_that_are_not_listed_are_an_error_of_the_two_families(
    local_cloud: Addresses, control: Control, status: str, error: type[Exception], of_a_script: bool
) -> None:
    lists = GoogleLists(
        connect("analytics-dev", emulator=True), VertexRegistry(local_cloud.vertex_grpc)
    )
    control.fault("JobService.ListJobs", "error_before", status=status)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    script = ScriptJob(
        job=JobName(project="analytics-dev", job="s"), location="US", time=RunTime(begun=long_ago)
    )

    with pytest.raises(error):
        list(lists.statements(script) if of_a_script else lists.jobs("analytics-dev", long_ago))
