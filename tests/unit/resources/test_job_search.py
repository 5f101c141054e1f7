"""The search for creating jobs in a list: which job is found, and how much is read for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.resources.job_search import LONGEST_JOB, MOST_SCRIPTS, JobSearch
from bqml_registrar.resources.jobs import (
    CreatingJob,
    ListedJob,
    OtherJob,
    RunTime,
    ScriptJob,
)
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, CREATED

HOUR = timedelta(hours=1)
UPSELL = replace(CHURN, model="upsell")


def job_name(job: str) -> JobName:
    return JobName(project=CHURN.project, job=job)


def ran(begun: float, ended: float | None = 0.0) -> RunTime:
    """Hours around the model's creation time."""
    return RunTime(begun=CREATED + begun * HOUR, ended=None if ended is None else CREATED + ended * HOUR)  # fmt: skip


def a_job(job: str, time: RunTime, name: ModelName = CHURN) -> CreatingJob:
    return CreatingJob(
        model=name, origin=Origin(job=job_name(job), creator=f"{job}@x", labels={}), time=time
    )


def a_script(job: str, time: RunTime, location: str = "US") -> ScriptJob:
    return ScriptJob(job=job_name(job), location=location, time=time)


class Listed:
    """A list of jobs, which counts what is read of it and which scripts are asked about."""

    def __init__(self, *jobs: ListedJob, **statements: list[CreatingJob]) -> None:
        newest_first = sorted(jobs, key=lambda job: job.time.begun, reverse=True)
        self._jobs = newest_first
        self._of_scripts = statements
        self.read = 0
        self.asked: list[str] = []
        self.search = JobSearch(self._read(), self._statements, lambda _: True, "us")

    def _read(self) -> Iterator[ListedJob]:
        for job in self._jobs:
            self.read += 1
            yield job

    def _statements(self, script: ScriptJob) -> Iterable[CreatingJob]:
        self.asked.append(script.job.job)
        return self._of_scripts.get(script.job.job, [])

    def finds(self, name: ModelName = CHURN, hours: float = 0.0) -> str:
        """The creator of a model that was made so many hours after the usual one."""
        found = self.search.origin(name, CREATED + hours * HOUR)
        return found.creator if found else ""


@pytest.mark.parametrize(
    ("jobs", "creator"),
    [
        pytest.param([], "", id="none"),
        pytest.param([a_job("a", ran(-1))], "a@x", id="an hour of training"),
        pytest.param([a_job("a", ran(-30))], "a@x", id="30 hours"),
        pytest.param([a_job("a", ran(-95.9))], "a@x", id="three days, and a day in the queue"),
        pytest.param([a_job("a", ran(-1, None))], "a@x", id="still runs"),
        pytest.param([a_job("a", ran(-2, -1))], "", id="ended before"),
        pytest.param([a_job("a", ran(-1), UPSELL)], "", id="of another model"),
        pytest.param([a_job("a", ran(-1, -0.01))], "a@x", id="ended before, within the slack"),
        pytest.param(
            [a_job("a", ran(0.01, 1)), a_job("b", ran(-1))], "b@x", id="exactly before nearly"
        ),
        pytest.param([a_job("a", ran(1, 2)), a_job("b", ran(-1))], "b@x", id="a later generation"),
    ],
)
def test_the_job_that_ran_when_the_model_was_made_is_found(
    jobs: list[ListedJob], creator: str
) -> None:
    assert Listed(*jobs).finds() == creator


def test_a_statement_of_a_script_is_found_whatever_else_ran_then() -> None:
    others = [a_script(f"other{n}", ran(-1 - n / 100)) for n in range(60)]
    listed = Listed(*others, a_script("mine", ran(-20)), mine=[a_job("a", ran(-19, 0))])

    assert listed.finds() == "a@x"


@pytest.mark.parametrize(
    "script",
    [
        a_script("s", ran(-3, -2)),
        a_script("s", ran(2, 3)),
        a_script("s", ran(-1), location="europe-west4"),
    ],
    ids=["ended before", "begun after", "ran elsewhere"],
)
def test_a_script_that_cannot_have_made_the_model_is_not_asked_about(script: ScriptJob) -> None:
    listed = Listed(script, s=[a_job("a", ran(-1))])

    assert listed.finds() == ""
    assert listed.asked == []


def test_a_script_is_asked_about_once_for_all_models() -> None:
    made = [a_job("a", ran(-1, -0.5)), a_job("b", ran(-0.5), UPSELL)]
    listed = Listed(a_script("s", ran(-1)), s=made)

    assert [listed.finds(UPSELL), listed.finds(hours=-0.7), listed.finds(UPSELL)] == [
        "b@x",
        "a@x",
        "b@x",
    ]
    assert listed.asked == ["s"]


def test_no_more_than_so_many_scripts_are_asked_about() -> None:
    listed = Listed(*(a_script(f"s{n}", ran(-1 - n / 1000)) for n in range(MOST_SCRIPTS + 20)))

    assert listed.finds() == ""
    assert len(listed.asked) == MOST_SCRIPTS


def test_the_list_is_read_no_further_than_the_job() -> None:
    listed = Listed(*(OtherJob(time=ran(-n)) for n in range(10)), a_job("a", ran(-4.5)))

    assert listed.finds() == "a@x"
    assert listed.read == 6


def test_what_was_read_for_one_model_serves_the_others() -> None:
    listed = Listed(a_job("a", ran(-1)), a_job("b", ran(-2, 1), UPSELL), a_job("c", ran(-3)))

    assert [listed.finds(UPSELL), listed.finds(), listed.finds(UPSELL)] == ["b@x", "a@x", "b@x"]
    assert listed.read == 2


def test_the_list_is_read_no_further_than_a_job_may_have_run() -> None:
    hours = LONGEST_JOB / HOUR
    listed = Listed(*(OtherJob(time=ran(-n)) for n in range(1, 200)))

    assert listed.finds() == ""
    assert listed.read == hours + 1


def test_a_job_that_an_event_names_is_found_without_a_list() -> None:
    listed = Listed(OtherJob(time=ran(-1)))
    listed.search.note(a_job("named", ran(-1)))

    assert listed.finds() == "named@x"
    assert listed.read == 0


def test_of_models_that_do_not_count_nothing_is_kept() -> None:
    jobs = iter([a_job("a", ran(-1)), a_job("b", ran(-2), UPSELL)])
    search = JobSearch(jobs, lambda _: (), lambda name: name == UPSELL, "US")

    assert search.origin(CHURN, CREATED) is None
    assert search.origin(UPSELL, CREATED) is not None


some_jobs = st.lists(
    st.builds(
        lambda n, begun, length, name: a_job(f"j{n}", ran(begun, begun + length), name),
        st.integers(0, 99),
        st.integers(-120, 5),
        st.integers(0, 90),
        st.sampled_from([CHURN, UPSELL]),
    ),
    max_size=8,
    unique_by=lambda job: job.time.begun,
)
some_questions = st.lists(
    st.tuples(st.sampled_from([CHURN, UPSELL]), st.integers(-30, 5)), max_size=5
)


@given(jobs=some_jobs, questions=some_questions)
def test_earlier_questions_change_no_answer(
    jobs: list[CreatingJob], questions: list[tuple[ModelName, int]]
) -> None:
    together = Listed(*jobs)

    assert [together.finds(*asked) for asked in questions] == [
        Listed(*jobs).finds(*asked) for asked in questions
    ]
