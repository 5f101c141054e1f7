"""The events of a sweep: what they are about, and that the same drift has one id in every sweep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import asdict

from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.events.payloads import Sweep
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import DatasetName, ModelName, VertexName
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.events import completed, drift
from tests.builders import CHURN, a_version

DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
ANNOUNCER = Announcer(prefix="p", source="//p")


def test_a_completed_sweep_is_about_its_dataset_and_has_every_count() -> None:
    numbers = {name: number for number, name in enumerate(Counts.__struct_fields__, 1)}

    event = completed(DATASET, "sweep-1", Counts(**numbers))

    section = event.payload.sweep
    assert isinstance(section, Sweep)
    assert asdict(section) == {"id": "sweep-1", "dataset": str(DATASET), **numbers}
    message = ANNOUNCER.message(event, Cause(id="entry-1"), datetime(2026, 11, 9, tzinfo=UTC))
    assert message.attributes["ce-dataset"] == "prod_sales"
    assert "ce-model" not in message.attributes
    assert event.payload.model is UNSET


@pytest.mark.parametrize(
    ("name", "vertex", "reason"),
    [
        pytest.param(CHURN, None, Reason.MISSED_CHANGE, id="missed change"),
        pytest.param(CHURN, a_version().name, Reason.VERSION_ORPHANED, id="orphan"),
        pytest.param(DATASET, a_version().name, Reason.VERSION_ORPHANED, id="orphan of no name"),
    ],
)
def test_a_drift_is_about_the_model_where_its_name_is_known(
    name: ModelName | DatasetName, vertex: VertexName | None, reason: Reason
) -> None:
    event = drift(name, "target", "detail", vertex=vertex)

    model, section = event.payload.model, event.payload.drift
    assert event.reason is reason
    assert (model.name if model else "") == (str(name) if isinstance(name, ModelName) else "")
    assert section
    assert (section.dataset, section.version) == (str(DATASET), str(vertex or ""))
    assert event.payload.verdict.detail == "detail"


SWEEPS = st.tuples(st.text(max_size=5), st.sampled_from("ab"), st.booleans())


@given(one=SWEEPS, other=SWEEPS)
def test_two_sweeps_share_an_id_exactly_if_they_are_the_same_one(
    one: tuple[str, str, bool], other: tuple[str, str, bool]
) -> None:
    ids = [
        completed(
            DatasetName(project=CHURN.project, dataset=dataset), sweep, Counts(), dry_run=dry
        ).id
        for sweep, dataset, dry in (one, other)
    ]

    assert (ids[0] == ids[1]) == (one == other)


DRIFTS = st.tuples(
    st.sampled_from([CHURN, DATASET]),
    st.text(max_size=5),
    st.sampled_from([None, a_version().name, a_version("2").name]),
    st.booleans(),
)
Drawn = tuple[ModelName | DatasetName, str, VertexName | None, bool]


@given(one=DRIFTS, other=DRIFTS, details=st.tuples(st.text(max_size=5), st.text(max_size=5)))
def test_two_drifts_share_an_id_exactly_if_they_are_the_same_one(
    one: Drawn, other: Drawn, details: tuple[str, str]
) -> None:
    ids = [
        drift(name, target, detail, vertex=vertex, dry_run=dry).id
        for (name, target, vertex, dry), detail in zip((one, other), details, strict=True)
    ]

    assert (ids[0] == ids[1]) == (one == other)
