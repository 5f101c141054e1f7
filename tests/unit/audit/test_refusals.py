from __future__ import annotations

import contextlib
import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar import AGENT
from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.refusals import Refusal, detect_refusal
from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.errors import MalformedError
from bqml_registrar.names import DatasetName, EndpointName, JobName
from bqml_registrar.reasons import Reason
from tests.builders import (
    CHURN,
    DEPLOYED,
    METADATA_TYPE,
    a_job_entry,
    a_refused_call_entry,
    a_refused_job_entry,
    an_audit_entry,
    with_payload,
    without,
)

JOB = JobName(project="analytics-dev", job="job_1")
ENDPOINT = EndpointName(project="123456789012", region="us-central1", endpoint="7")
DATASET = DatasetName(project="analytics-dev", dataset="prod_sales")
DROP, REPLACE = RefusedStatement.DROP_MODEL, RefusedStatement.REPLACE_MODEL
DELETE_DATASET = "DatasetService.DeleteDataset"
CODE_ONLY = {"code": 3, "message": "INVALID_ARGUMENT"}
FULL_STATUS = {"code": 9, "message": DEPLOYED}


def part(entry: dict[str, Any], index: int | str | None = None) -> dict[str, Any]:
    """One part of an entry that Logging split; protocol buffers leave a zero out."""
    return {**entry, "split": {"uid": "u", "index": index, "totalSplits": 3}}


OF_JOB = ("jobChange", "job")
OF_QUERY = (*OF_JOB, "jobConfig", "queryConfig")


def detected(entry: dict[str, Any]) -> Refusal:
    found = detect_refusal(entry)

    assert isinstance(found, Refusal)
    return found


# Jobs.


@pytest.mark.parametrize(
    ("entry", "kind", "has_model"),
    [
        pytest.param(a_refused_job_entry(), DROP, False, id="DROP_MODEL"),
        pytest.param(
            a_refused_job_entry(destination=a_job_entry()["protoPayload"]["metadata"]["jobChange"]
                ["job"]["jobConfig"]["queryConfig"]["destinationTable"]),
            DROP, True, id="DROP_MODEL-that-names-its-model",
        ),
        pytest.param(a_refused_job_entry("CREATE_MODEL"), REPLACE, True, id="CREATE_MODEL"),
        pytest.param(
            a_refused_job_entry("DROP_SCHEMA", destination="projects/p/datasets/d/tables/t"),
            RefusedStatement.DROP_SCHEMA, False, id="DROP_SCHEMA",
        ),
        pytest.param(
            a_refused_job_entry(error="", status=FULL_STATUS), DROP, False, id="text-in-status"
        ),
        pytest.param(
            a_refused_job_entry(error="No.", status=FULL_STATUS), DROP, False, id="text-elsewhere"
        ),
        pytest.param(a_refused_job_entry(error=DEPLOYED.upper()), DROP, False, id="capitals"),
        pytest.param(without(a_refused_job_entry(), "jobChange", "after"), DROP, False, id="after"),
        pytest.param(
            without(a_refused_job_entry(), *OF_QUERY, "statementType"), None, False, id="statement"
        ),
        pytest.param(without(a_refused_job_entry("CREATE_MODEL"), *OF_QUERY), None, False, id="query"),
        pytest.param(without(a_refused_job_entry(), *OF_JOB, "jobConfig"), None, False, id="config"),
        pytest.param(without(a_refused_job_entry(), *OF_JOB, "jobName"), DROP, False, id="jobName"),
        pytest.param(
            a_refused_job_entry("CREATE_MODEL", destination="projects/p/cut"),
            REPLACE, False, id="destination-cut-off",
        ),
    ],
)  # fmt: skip
def test_a_refused_job_tells_what_it_would_have_deleted_or_is_to_be_asked(
    entry: dict[str, Any], kind: RefusedStatement | None, has_model: bool
) -> None:
    refusal = detected(entry)

    assert (refusal.kind, refusal.model) == (kind, CHURN if has_model else None)
    assert (refusal.job, refusal.location, refusal.key) == (JOB, "US", str(JOB))
    assert refusal.at == datetime(2026, 11, 2, 9, 30, 5, 140400, tzinfo=UTC)
    assert refusal.cause_id.endswith("data_accessdlqzgme4yiel1793611805140400")


def test_where_the_job_is_redacted_the_entry_is_the_key() -> None:
    entry = a_refused_job_entry("CREATE_MODEL")
    told = entry["protoPayload"]["metadata"]["jobChange"]["job"]
    told["jobName"] = entry["protoPayload"]["resourceName"] = "projects/<redacted>/jobs/x"
    refusal = detected(entry)

    assert (refusal.model, refusal.job, refusal.key) == (CHURN, None, refusal.cause_id)


# Calls.


def test_a_refused_call_names_its_model() -> None:
    refusal = detected(a_refused_call_entry())

    assert (refusal.kind, refusal.model, refusal.job) == (DROP, CHURN, None)
    assert refusal.key == refusal.cause_id
    assert refusal.endpoints == (ENDPOINT,)


def test_a_refused_call_about_a_dataset_names_the_dataset() -> None:
    refusal = detected(a_refused_call_entry(DELETE_DATASET, DATASET))

    assert (refusal.kind, refusal.dataset) == (RefusedStatement.DROP_SCHEMA, DATASET)
    assert (refusal.model, refusal.job) == (None, None)


@pytest.mark.parametrize("metadata", [None, {}, {"@type": METADATA_TYPE, "modelDeletion": {}}])
def test_of_a_calls_metadata_nothing_is_asked(metadata: dict[str, Any] | None) -> None:
    assert detected(with_payload(a_refused_call_entry(), metadata=metadata)).model == CHURN


# Endpoints.


def named(*numbers: object) -> str:
    return ", ".join(f"projects/12/locations/us-east1/endpoints/{number}" for number in numbers)


SAID = "deployed or being deployed at the following endpoint(s): "


@pytest.mark.parametrize(
    ("words", "endpoints"),
    [
        (f"{SAID}{named(7)}. Undeploy", ["7"]),
        (f"{SAID}{named(7, 8, 7)}", ["7", "8"]),
        (f'{SAID}"{named(7)}", [//aiplatform.googleapis.com/{named(8)}]', ["7", "8"]),
        (f"{SAID}{named('x-1')};projects/p:q/locations/l/endpoints/1\n", ["x-1", "1"]),
        (f"{SAID}<unknown>", []),
        (f"{SAID}projects//locations/us-east1/endpoints/7, endpoints/8", []),
        (f"{SAID}projects/{'1' * 99}/locations/us-east1/endpoints/7", []),
        (f"{SAID}{named(*range(200))}", [str(number) for number in range(100)]),
    ],
    ids=["one", "each-once", "quoted", "other-forms", "none", "no-name", "too-long", "bounded"],
)
def test_the_endpoints_in_the_words_are_told(words: str, endpoints: list[str]) -> None:
    refusal = detected(a_refused_job_entry(error=words))

    assert [each.endpoint for each in refusal.endpoints] == endpoints


# Split entries.


def a_cut_part(words: str, **job: Any) -> dict[str, Any]:
    """A part with little in its metadata but an error's text, or a half of it."""
    change = {"job": {"jobStatus": {"errorResult": {"message": words}}, **job}}
    return with_payload(a_refused_job_entry(), metadata={"jobChange": change})


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(part(a_refused_job_entry("CREATE_MODEL")), id="first-with-text"),
        pytest.param(part(a_refused_job_entry("CREATE_MODEL"), 2), id="later-with-text"),
        pytest.param(part(a_cut_part(DEPLOYED), "1"), id="text-alone"),
        pytest.param(
            part(with_payload(a_refused_job_entry(status=FULL_STATUS), metadata={})),
            id="status-alone",
        ),
        pytest.param(part(a_refused_job_entry("DROP_MO"), 1), id="statement-cut-in-two"),
    ],
)
def test_every_part_that_tells_of_the_refusal_has_the_jobs_key_and_no_name_that_may_be_cut(
    entry: dict[str, Any],
) -> None:
    refusal = detected(entry)

    assert (refusal.key, refusal.job, refusal.model) == (str(JOB), JOB, None)
    assert refusal.endpoints == (ENDPOINT,)


def test_an_endpoint_at_the_end_of_a_part_may_be_cut_in_two() -> None:
    words = f"{SAID}{named(7, 12)}"

    assert [each.endpoint for each in detected(part(a_cut_part(words), 1)).endpoints] == ["7"]
    assert [each.endpoint for each in detected(a_cut_part(words)).endpoints] == ["7", "12"]


# What is ignored.


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param({}, Reason.OTHER_SERVICE, id="empty"),
        pytest.param(
            with_payload(a_refused_call_entry(), serviceName="aiplatform.googleapis.com"),
            Reason.OTHER_SERVICE,
            id="OTHER_SERVICE",
        ),
        pytest.param(
            with_payload(a_refused_job_entry(), metadata=None, serviceData={}),
            Reason.LEGACY_TWIN,
            id="LEGACY_TWIN",
        ),
        pytest.param(an_audit_entry(), Reason.NOT_A_REFUSAL, id="a-creation"),
        pytest.param(a_job_entry(), Reason.NOT_A_REFUSAL, id="a-job-that-went-well"),
        pytest.param(
            a_refused_job_entry(error="Already Exists: Model p:d.m"),
            Reason.NOT_A_REFUSAL,
            id="another-error",
        ),
        pytest.param(a_refused_job_entry("SCRIPT"), Reason.NOT_A_REFUSAL, id="a-script"),
        pytest.param(
            a_refused_job_entry("SELECT"), Reason.NOT_A_REFUSAL, id="a-query-that-says-so"
        ),
        pytest.param(
            a_refused_job_entry(after="RUNNING"), Reason.NOT_A_REFUSAL, id="a-job-that-runs"
        ),
        pytest.param(
            with_payload(
                a_refused_job_entry(status=FULL_STATUS),
                metadata={"@type": METADATA_TYPE, "jobInsertion": {}},
            ),
            Reason.NOT_A_REFUSAL,
            id="a-start",
        ),
        pytest.param(
            a_refused_call_entry(status={"code": 0, "message": DEPLOYED}),
            Reason.NOT_A_REFUSAL,
            id="a-call-that-went-well",
        ),
        pytest.param(
            a_refused_call_entry(status={"code": 5, "message": "Not found: Model p:d.m"}),
            Reason.NOT_A_REFUSAL,
            id="a-call-refused-otherwise",
        ),
        pytest.param(
            a_refused_call_entry(DELETE_DATASET, DATASET, status=CODE_ONLY),
            Reason.NOT_A_REFUSAL,
            id="a-call-without-words",
        ),
        pytest.param(
            a_refused_call_entry("ModelService.PatchModel"), Reason.NOT_A_REFUSAL, id="another-call"
        ),
        pytest.param(
            part(a_refused_job_entry("SCRIPT"), 1), Reason.NOT_A_REFUSAL, id="part-of-script"
        ),
        pytest.param(
            part(a_cut_part(DEPLOYED, jobConfig={"type": "COPY"}), 1),
            Reason.NOT_A_REFUSAL,
            id="part-of-a-copy",
        ),
        pytest.param(
            part(a_refused_job_entry(error="", status=FULL_STATUS), 1),
            Reason.SPLIT_PART,
            id="the-first-part-speaks",
        ),
        pytest.param(part(a_cut_part("deployed or be")), Reason.SPLIT_PART, id="words-cut-in-two"),
        pytest.param(part(a_refused_call_entry(), 1), Reason.SPLIT_PART, id="part-of-a-call"),
        pytest.param(
            a_refused_job_entry("CREATE_MODEL", destination="projects/p/datasets/_0a/tables/m"),
            Reason.TEMPORARY_DATASET,
            id="TEMPORARY_DATASET",
        ),
        pytest.param(
            a_refused_call_entry(resource="projects/p/datasets/_0a/models/m"),
            Reason.TEMPORARY_DATASET,
            id="TEMPORARY_DATASET-call",
        ),
        pytest.param(
            a_refused_call_entry(agent=f"{AGENT}/0.3.0 gl-python/3.11"),
            Reason.OWN_ECHO,
            id="OWN_ECHO",
        ),
        pytest.param(
            with_payload(
                without(a_refused_job_entry(error="undeploy the model"), *OF_JOB, "jobName"),
                resourceName=None,
            ),
            Reason.ENTRY_CUT_OFF,
            id="ENTRY_CUT_OFF",
        ),
    ],
)
def test_everything_else_is_ignored_with_its_reason(entry: dict[str, Any], reason: Reason) -> None:
    found = detect_refusal(entry)

    assert isinstance(found, Ignored)
    assert found.reason is reason


# What cannot be read, and what is not told.

SECRET = "SELECT email FROM customers"


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"protoPayload": []}, id="payload"),
        pytest.param(a_refused_call_entry(resource="projects/p"), id="resource"),
        pytest.param(
            a_refused_call_entry(DELETE_DATASET, f"projects/p/datasets/{SECRET}"), id="dataset"
        ),
        pytest.param({**a_refused_job_entry(), "timestamp": SECRET}, id="timestamp"),
        pytest.param(
            {**a_refused_job_entry(), "timestamp": None, "receiveTimestamp": None}, id="none"
        ),
    ],
)
def test_a_refusal_that_cannot_be_read_is_malformed_and_quotes_nothing(
    entry: dict[str, Any],
) -> None:
    with pytest.raises(MalformedError) as caught:
        detect_refusal(entry)

    assert SECRET not in caught.value.detail


def test_no_text_of_a_statement_leaves_the_entry() -> None:
    entry = a_refused_job_entry()
    query = entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobConfig"]["queryConfig"]
    query["query"] = f"DROP MODEL prod_sales.churn -- {SECRET}"

    assert SECRET not in repr(detected(entry))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(DEPLOYED),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(holder: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(holder, dict):
        return [path]
    return [path, *(place for key in holder for place in places(holder[key], (*path, key)))]


ENTRIES = [a_refused_job_entry("CREATE_MODEL"), a_refused_call_entry(), part(a_refused_job_entry())]


@given(st.sampled_from(ENTRIES), st.data())
def test_whatever_stands_in_a_place_an_entry_is_a_refusal_ignored_or_malformed(
    entry: dict[str, Any], data: st.DataObject
) -> None:
    changed = copy.deepcopy(entry)
    *path, last = data.draw(st.sampled_from([place for place in places(entry) if place]))
    holder = changed
    for key in path:
        holder = holder[key]
    holder[last] = data.draw(VALUES)

    with contextlib.suppress(MalformedError):
        detect_refusal(changed)
