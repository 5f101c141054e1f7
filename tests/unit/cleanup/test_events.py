"""The events of one intent: what they hold, and that an id names exactly one change."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from bqml_registrar.cleanup.events import CleanupEvents, unknown_model
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.events.payloads import Model
from bqml_registrar.events.registry_events import Cause, EventType, RegistryEvent
from bqml_registrar.names import DatasetName, EndpointName, JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import CHURN, a_model, an_intent, an_undeployment
from tests.unit.cleanup.an_intents_events import a_failure, events

GENERATION = a_model().generation
JOB = JobName(project="analytics-dev", job="job_1")
DATASET = DatasetName(project="analytics-dev", dataset="prod_sales")


# What they hold.


def test_a_planned_undeployment_tells_all_that_a_restore_needs() -> None:
    configuration = json.dumps({"id": "1", "dedicatedResources": {"minReplicaCount": 2}})
    planned = an_undeployment(configuration=configuration, display_name="churn in front")

    event = events().planned(planned, {"1": 60, "2": 40}, {"2": 100})

    section = event.payload.deployment
    assert section
    assert section.endpoint == "projects/123456789012/locations/us-central1/endpoints/10"
    assert (
        section.version == "projects/analytics-dev/locations/us-central1/models/prod_sales-churn@1"
    )
    assert (section.deployed_model_id, section.share) == ("1", 100)
    assert (section.display_name, section.configuration) == ("churn in front", configuration)
    assert (section.traffic_before, section.traffic_after) == ({"1": 60, "2": 40}, {"2": 100})
    assert event.vertex
    assert str(event.vertex) == section.version
    assert event.reason is Reason.CLEANUP_PLANNED


def test_the_region_of_an_event_is_that_of_the_version_wherever_the_endpoint_is() -> None:
    event = events().undeployed(an_undeployment(region="europe-west4"), "kept")

    assert event.vertex
    assert event.vertex.region == "europe-west4"
    assert event.payload.deployment
    assert "/locations/us-central1/" in event.payload.deployment.endpoint
    assert event.payload.deployment.note == "kept"


def test_a_failed_undeployment_has_the_words_of_the_service() -> None:
    event = events().undeploy_failed(an_undeployment(), a_failure())

    assert event.reason is Reason.PERMISSION_DENIED
    assert event.payload.verdict.detail == "Forbidden: aiplatform.endpoints.undeploy"


def test_an_event_tells_of_the_intent() -> None:
    intent = an_intent(reason="Replaced by churn_v2", force=True)

    deletion = events(intent, due=date(2026, 12, 1)).requested("{}").payload.deletion

    assert deletion
    assert (deletion.intent, deletion.key, deletion.said) == (
        "request",
        "request-1",
        "Replaced by churn_v2",
    )
    assert deletion.requested_at == "2026-11-09T14:00:00Z"
    assert (deletion.due, deletion.deletes, deletion.force) == ("2026-12-01", True, True)


@pytest.mark.parametrize(
    ("generation", "model", "told"),
    [
        pytest.param("", a_model(), GENERATION, id="as it is read"),
        pytest.param(GENERATION, a_model(), GENERATION, id="as it was meant"),
        pytest.param("7", a_model(), "7", id="another has the name by now"),
        pytest.param("7", None, "7", id="gone"),
        pytest.param("", None, "", id="gone before it was read"),
    ],
)
def test_an_event_is_about_the_model_that_was_meant(
    generation: str, model: BigQueryModel | None, told: str
) -> None:
    intent = an_intent(generation=generation)

    section = CleanupEvents(intent, model, "", dry_run=False).ready().payload.model

    assert isinstance(section, Model)
    assert (section.name, section.generation) == (str(CHURN), told)
    assert bool(section.model_type) == (told == GENERATION)


@pytest.mark.parametrize("about", [JOB, DATASET], ids=["job", "dataset"])
def test_where_nobody_knows_the_model_the_event_has_none_and_asks_for_it(
    about: JobName | DatasetName,
) -> None:
    event = unknown_model(about, IntentKind.REFUSED_DROP, "key", "deployed at endpoint 10")

    announcer = Announcer(prefix="p", source="//p")
    message = announcer.message(event, Cause(id="entry-1"), datetime(2026, 11, 9, tzinfo=UTC))
    assert event.payload.model is UNSET
    assert message.attributes["ce-subject"] == f"//bigquery.googleapis.com/{about}"
    assert "ce-model" not in message.attributes
    assert event.payload.deletion
    assert "to the deletion-request topic" in event.payload.deletion.how_to_go_on
    assert event.payload.verdict.detail == "deployed at endpoint 10"


# Identity: one change, one id.

OWN = (IntentKind.RETIREMENT, IntentKind.EXPIRATION)
KEYS = st.text(max_size=8)
INTENTS = st.builds(
    an_intent,
    kind=st.sampled_from(IntentKind),
    key=KEYS,
    generation=st.just(GENERATION),
    force=st.booleans(),
    reason=KEYS,
)
REASONS = st.sampled_from(Reason)
UNDEPLOYMENTS = st.builds(
    lambda endpoint, share, deployed: replace(
        an_undeployment(**deployed),
        share=share,
        endpoint=EndpointName(project="123456789012", region="us-central1", endpoint=endpoint),
    ),
    endpoint=st.sampled_from(["1", "10", "1 1"]),
    share=st.integers(0, 100),
    deployed=st.fixed_dictionaries(
        {
            "id": st.sampled_from(["", "1", "10", "1 1"]),
            "created": st.sampled_from(["", "1", "2026-11-03T08:15:30Z"]),
        }
    ),
)

OfIntent = Callable[[CleanupEvents, Reason], RegistryEvent]
OF_INTENTS: dict[str, OfIntent] = {
    "requested": lambda render, reason: render.requested("{}", reason),
    "blocked": lambda render, reason: render.blocked(reason, "", "{}", ""),
    "ready": lambda render, _: render.ready(),
    "completed": lambda render, _: render.completed(),
    "cancelled": lambda render, reason: render.cancelled(reason, ""),
}
OfDeployment = Callable[[CleanupEvents, PlannedUndeployment, Reason], RegistryEvent]
OF_DEPLOYMENTS: dict[str, OfDeployment] = {
    "undeployplanned": lambda render, planned, _: render.planned(planned, {}, {}),
    "undeployed": lambda render, planned, _: render.undeployed(planned),
    "undeployfailed": lambda render, planned, reason: render.undeploy_failed(
        planned, a_failure(reason)
    ),
}


@pytest.mark.parametrize("name", OF_INTENTS)
@given(one=INTENTS, other=INTENTS, reasons=st.tuples(REASONS, REASONS), dry_run=st.booleans())
def test_two_events_of_intents_share_an_id_exactly_if_key_and_reason_are_the_same(
    name: str,
    one: DeletionIntent,
    other: DeletionIntent,
    reasons: tuple[Reason, Reason],
    dry_run: bool,
) -> None:
    first = OF_INTENTS[name](events(one), reasons[0])
    second = OF_INTENTS[name](events(other, dry_run=dry_run), reasons[1])

    same_key = (one.key, one.kind in OWN) == (other.key, other.kind in OWN)
    same = same_key and first.reason is second.reason and not dry_run
    assert (first.id == second.id) == same


@pytest.mark.parametrize("name", OF_DEPLOYMENTS)
@given(
    one=UNDEPLOYMENTS,
    other=UNDEPLOYMENTS,
    intents=st.tuples(INTENTS, INTENTS),
    reasons=st.tuples(REASONS, REASONS),
)
def test_two_events_of_deployments_share_an_id_exactly_if_it_is_the_same_deployment(
    name: str,
    one: PlannedUndeployment,
    other: PlannedUndeployment,
    intents: tuple[DeletionIntent, DeletionIntent],
    reasons: tuple[Reason, Reason],
) -> None:
    render = OF_DEPLOYMENTS[name]
    first = render(events(intents[0]), one, reasons[0])
    second = render(events(intents[1]), other, reasons[1])

    same_deployment = (one.endpoint, one.deployed.id, one.deployed.created) == (
        other.endpoint,
        other.deployed.id,
        other.deployed.created,
    )
    same_reason = name != "undeployfailed" or reasons[0] is reasons[1]
    assert (first.id == second.id) == (same_deployment and same_reason)


@given(intent=INTENTS, planned=UNDEPLOYMENTS, reason=REASONS)
def test_no_two_kinds_of_event_share_an_id(
    intent: DeletionIntent, planned: PlannedUndeployment, reason: Reason
) -> None:
    render = events(intent)
    told = [of(render, reason) for of in OF_INTENTS.values()]
    told += [of(render, planned, reason) for of in OF_DEPLOYMENTS.values()]

    assert all(one.id != other.id for one, other in combinations(told, 2))
    assert {event.type for event in told} == {
        kind for kind in EventType if kind.startswith(("deletion.", "deployment."))
    }


@pytest.mark.parametrize("kind", [kind for kind in IntentKind if kind not in OWN])
@pytest.mark.parametrize("name", OF_INTENTS)
def test_an_end_has_one_id_whatever_is_found_when_it_is_told_of(
    name: str, kind: IntentKind
) -> None:
    first, later = an_intent(kind=kind), an_intent(kind=kind, generation=GENERATION, hop=2)
    made_anew = a_model(created=datetime(2026, 11, 10, tzinfo=UTC))
    render = OF_INTENTS[name]

    ids = {
        render(CleanupEvents(intent, model, rule, dry_run=False), Reason.STALE_INTENT).id
        for intent, model, rule in [
            (first, a_model(), "production-models"),
            (first, made_anew, "production-models"),
            (first, None, ""),
            (later, a_model(), "production-models"),
            (later, None, ""),
        ]
    }

    assert len(ids) == 1


@pytest.mark.parametrize("kind", OWN)
def test_intents_of_our_own_are_counted_for_each_generation(kind: IntentKind) -> None:
    """What they are counted by stands on the model, and a replace may begin it anew."""
    ids = {
        events(an_intent(kind=kind, key="retirement-1", generation=generation)).ready().id
        for generation in ("1", "2")
    }

    assert len(ids) == 2


def test_a_refusal_of_which_nobody_knows_the_model_has_one_id_by_its_key() -> None:
    keys = ["projects/analytics-dev/jobs/job_1", "entry-1", "entry-1"]

    ids = [unknown_model(DATASET, IntentKind.REFUSED_DATASET, key, key).id for key in keys]

    assert ids[0] != ids[1] == ids[2]
