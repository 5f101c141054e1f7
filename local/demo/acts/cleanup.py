"""The end of the day: deployed models are dropped, retired, and what an event did not tell is found."""

from __future__ import annotations

from local.cloud.topics import DELETION_TOPIC, PROJECT, RECONCILE_TOPIC
from local.demo.act import Act, decided, deleted, version
from local.demo.acts.changes import CHAMPION, RETRAINED, UPSELL_RETRAINED
from local.demo.acts.creation import REVENUE
from local.people.expectations import Account, Serving, Told
from local.people.steps import Deploy, Labels, LoseEntries, Publish, ReadLabels, Sql

_UPSELL = "prod_sales.upsell"

_SCORING = Serving(endpoint="scoring", shares={"prod_a-churn@1": 100})
_EMPTIED = Serving(endpoint="scoring")
_SHARED = Serving(endpoint="storefront", shares={"upsell@2": 70, "prod_a-churn@1": 30})
_ALONE = Serving(endpoint="storefront", shares={"upsell@2": 100})
_FORECAST = Serving(endpoint="forecast", shares={"prod_sales-revenue@1": 100})
_FORECAST_EMPTIED = Serving(endpoint="forecast")
_CANARY = version("upsell@2", "canary", "default", "eu-test")


def _told(kind: str, model: str, reason: str, vertex: str = "", about: str = "") -> Told:
    return Told(kind, model, vertex, reason=reason, about=about)


def _cleaned_up(model: str, vertex: str, *endpoints: str) -> tuple[Told, ...]:
    """The events of a model that leaves endpoints and is deleted then."""
    planned, gone = "deployment.v1.undeployplanned", "deployment.v1.undeployed"
    return (
        deleted(model, vertex),
        _told("deletion.v1.requested", model, "CLEANUP_PLANNED"),
        *(_told(planned, model, "CLEANUP_PLANNED", vertex, name) for name in endpoints),
        *(_told(gone, model, "UNDEPLOYED", vertex, name) for name in endpoints),
        _told("deletion.v1.completed", model, "CLEANED_UP"),
    )


def _swept(dataset: str, about: str) -> Told:
    return _told("reconcile.v1.completed", dataset, "DATASET_SWEPT", about=about)


_DELETED = ("CLEANUP_PLANNED", "CLEANED_UP", "MODEL_DELETED")
_SWEPT = ("prod_a", "prod_b", "prod_sales", "scratch")

CLEANUP = (
    Act(
        title="A colleague deploys models: one endpoint serves two of them",
        steps=(
            Deploy("prod_a-churn@1", "scoring"),
            Deploy("upsell@2", "storefront"),
            Deploy("prod_a-churn@1", "storefront", 30),
        ),
        expected=Account(
            registry=(CHAMPION, RETRAINED, REVENUE, UPSELL_RETRAINED),
            endpoints=(_SCORING, _SHARED),
        ),
    ),
    Act(
        title="A deployed model is dropped: refused, which wakes the clean-up; undeployed, then dropped",
        steps=(Sql("DROP MODEL prod_a.churn"),),
        expected=Account(
            refusals=("invalid",),
            decisions=decided("prod_a.churn", *_DELETED),
            # The clean-up's own delete may be refused at first: BigQuery notices late.
            perhaps=decided("prod_a.churn", "OWN_ECHO"),
            registry=(RETRAINED, REVENUE, UPSELL_RETRAINED),
            endpoints=(_EMPTIED, _ALONE),
            events=_cleaned_up("prod_a.churn", "prod_a-churn@1", "scoring", "storefront"),
        ),
    ),
    Act(
        title="Another, under a rule that says notify: nothing is touched, and the event says how to go on",
        steps=(
            Deploy("prod_sales-revenue@1", "forecast"),
            Sql("DROP MODEL prod_sales.revenue"),
        ),
        expected=Account(
            refusals=("invalid",),
            decisions=decided("prod_sales.revenue", "NOTIFY_ONLY"),
            registry=(RETRAINED, REVENUE, UPSELL_RETRAINED),
            endpoints=(_FORECAST, _EMPTIED, _ALONE),
            events=(_told("deletion.v1.blocked", "prod_sales.revenue", "NOTIFY_ONLY"),),
        ),
    ),
    Act(
        title="So its deletion is requested, by a message: undeployed, then dropped",
        steps=(
            Publish(
                DELETION_TOPIC,
                {"model": f"projects/{PROJECT}/datasets/prod_sales/models/revenue"},
            ),
        ),
        expected=Account(
            decisions=decided("prod_sales.revenue", *_DELETED),
            perhaps=decided("prod_sales.revenue", "OWN_ECHO"),
            registry=(RETRAINED, UPSELL_RETRAINED),
            endpoints=(_FORECAST_EMPTIED, _EMPTIED, _ALONE),
            events=_cleaned_up("prod_sales.revenue", "prod_sales-revenue@1", "forecast"),
        ),
    ),
    Act(
        title="A model gets the retire label, which becomes a date; the label goes again: cancelled",
        steps=(
            Labels(_UPSELL, {"retire": "true"}),
            ReadLabels(_UPSELL),
            Labels(_UPSELL, {"retire": None}),
        ),
        expected=Account(
            decisions=decided(_UPSELL, "RETIRING", "RETIREMENT_WITHDRAWN", "OWN_ECHO"),
            registry=(RETRAINED, UPSELL_RETRAINED),
            endpoints=(_FORECAST_EMPTIED, _EMPTIED, _ALONE),
            events=(
                _told("deletion.v1.requested", _UPSELL, "RETIRING", about="14 days"),
                _told("deletion.v1.cancelled", _UPSELL, "RETIREMENT_WITHDRAWN", about="14 days"),
            ),
        ),
    ),
    Act(
        title="A label changes, and its log entry is lost: the sweep finds what nobody told",
        steps=(
            LoseEntries(1),
            Labels(_UPSELL, {"stage": "canary"}),
            Publish(RECONCILE_TOPIC, {}),
        ),
        expected=Account(
            decisions=frozenset(
                {("", "DATASETS_LISTED"), *((dataset, "DATASET_SWEPT") for dataset in _SWEPT)}
            ),
            registry=(RETRAINED, _CANARY),
            endpoints=(_FORECAST_EMPTIED, _EMPTIED, _ALONE),
            events=(
                _swept("prod_a", "missed 0 of 0"),
                _swept("prod_b", "missed 0 of 0"),
                _swept("prod_sales", "missed 1 of 3"),
                Told(
                    "alias.v1.assigned", _UPSELL, "upsell@2", "canary", reason="ALREADY_REGISTERED"
                ),
                Told("alias.v1.removed", _UPSELL, "upsell@2", "prod", reason="ALIAS_WITHDRAWN"),
                _told("reconcile.v1.driftdetected", _UPSELL, "MISSED_CHANGE"),
                _swept("scratch", "missed 0 of 1"),
            ),
        ),
    ),
)
