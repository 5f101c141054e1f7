"""The view on an entry's metadata: whatever stands there, it answers, and with what was said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.audit.metadata import Event, Metadata
from bqml_registrar.audit.model_prefilter import ChangeKind

JOB = {
    "after": "DONE",
    "job": {
        "jobName": "projects/p/jobs/j",
        "jobConfig": {
            "type": "QUERY",
            "queryConfig": {
                "query": "CREATE MODEL ...",
                "statementType": "CREATE_MODEL",
                "destinationTable": "projects/p/datasets/d/tables/m",
            },
        },
        "jobStatus": {"jobState": "DONE", "errorResult": {"message": "no such column"}},
    },
}
KEYS = [*ChangeKind, "jobInsertion", "job", "jobName", "jobConfig", "queryConfig", "jobStatus"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


def test_a_job_and_its_query_are_read_from_where_they_stand() -> None:
    metadata = Metadata({"jobChange": JOB})

    job, query = metadata.job, metadata.query
    assert (job.is_there, job.name, job.kind) == (True, "projects/p/jobs/j", "QUERY")
    assert (job.new_state, job.state) == ("DONE", "DONE")
    assert (job.is_failed, job.error) == (True, "no such column")
    assert (query.statement, query.has_text) == ("CREATE_MODEL", True)
    assert query.destination == "projects/p/datasets/d/tables/m"


def test_an_event_names_its_model_and_its_job() -> None:
    event = {
        "model": {"modelName": "projects/p/datasets/d/models/m"},
        "jobName": "projects/p/jobs/j",
    }

    assert Metadata({"modelCreation": event}).event(ChangeKind.CREATED) == Event(
        "projects/p/datasets/d/models/m", "projects/p/jobs/j"
    )


@pytest.mark.parametrize("kind", ChangeKind)
def test_an_event_is_there_unless_it_is_null(kind: ChangeKind) -> None:
    assert Metadata({kind: {}}).has(kind)
    assert not Metadata({kind: None}).has(kind)
    assert not Metadata({}).has(kind)


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_whatever_stands_there_is_answered_with_texts(raw: dict[str, Any]) -> None:
    metadata = Metadata(raw)

    texts = [metadata.job.name, metadata.job.kind, metadata.job.error, metadata.query.statement]
    texts += [metadata.event(kind).model + metadata.event(kind).job for kind in ChangeKind]
    assert all(isinstance(text, str) for text in texts)
