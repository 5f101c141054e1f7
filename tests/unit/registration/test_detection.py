from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.detection import detect_change
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, a_job_entry, a_policy, an_audit_entry
from tests.fakes.google import FakeGoogle

JOB = JobName(project="analytics-dev", job="job_1")
CUT = a_job_entry(destination=None)


def a_context(google: FakeGoogle, **changes: Any) -> Context:
    announcer = Announcer(prefix="bqml.registrar", source="//s")
    return Context(
        policy=a_policy(), ports=google, announcer=announcer, events_topic="t", **changes
    )


def test_a_job_that_does_not_name_its_model_is_asked_once() -> None:
    google = FakeGoogle()
    google.jobs.append((JOB, CHURN, Origin(job=JOB, creator="", labels={})))

    found = detect_change(CUT, a_context(google))

    assert isinstance(found, ModelChanged)
    assert (found.name, found.created_by, found.kind) == (CHURN, JOB, ChangeKind.JOB_DONE)
    assert google.calls == ["jobs.get"]


@pytest.mark.parametrize(
    ("created", "reason"),
    [(None, Reason.NOT_A_MODEL), (replace(CHURN, dataset="_x"), Reason.TEMPORARY_DATASET)],
    ids=["NOT_A_MODEL", "TEMPORARY_DATASET"],
)
def test_a_job_that_created_no_model_of_ours_is_ignored(created: Any, reason: Reason) -> None:
    google = FakeGoogle()
    if created:
        google.jobs.append((JOB, created, Origin(job=JOB, creator="", labels={})))

    found = detect_change(CUT, a_context(google))

    assert found == Ignored(reason, "projects/analytics-dev/jobs/job_1")


def test_a_job_that_may_not_be_read_is_told_with_the_entry_that_named_it() -> None:
    google = FakeGoogle()

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "no bigquery.jobs.get")

    google.before["jobs.get"] = refuse

    with pytest.raises(PermanentError) as raised:
        detect_change(CUT, a_context(google))

    assert raised.value.context.cause_id.startswith("projects/analytics-dev/logs/")


@pytest.mark.parametrize("ignore_echo", [True, False], ids=["filter on", "filter off"])
def test_the_echo_filter_is_a_switch(ignore_echo: bool) -> None:
    echo = an_audit_entry("modelMetadataChange", agent="bqml-registrar/0.1.0")

    found = detect_change(echo, a_context(FakeGoogle(), ignore_echo=ignore_echo))

    assert isinstance(found, Ignored) is ignore_echo
