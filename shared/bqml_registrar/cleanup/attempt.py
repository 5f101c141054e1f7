"""Follows one deletion intent in one delivery: assess, plan, then announce or apply the plan.

The first delivery changes nothing: it announces the plan, and a message carries it to the next
delivery. So after a crash, the delivery of that message still announces what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.cleanup.intent.effect import intended_effect, means_deletion
from bqml_registrar.cleanup.intent.guidance import how_to_override
from bqml_registrar.cleanup.intent.intents import DeletionIntent, PlannedUndeployment
from bqml_registrar.cleanup.planning.observation import endpoints_of, own_versions
from bqml_registrar.cleanup.planning.plan import Observed, is_there, plan_cleanup
from bqml_registrar.cleanup.steps.intent_validity import (
    IntentOverError,
    IntentValidity,
    ModelGoneError,
)
from bqml_registrar.cleanup.steps.plan_announcement import PlanAnnouncement
from bqml_registrar.cleanup.steps.plan_application import PlanApplication
from bqml_registrar.cleanup.steps.work import StepResult, Work
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.events.registry_events import Cause, RegistryEvent
from bqml_registrar.names import ModelName
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule, protecting_labels
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.policy.facts import Source, model_of
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel


class CleanupAttempt:
    """One delivery of one intent."""

    def __init__(self, intent: DeletionIntent, cause: Cause, context: Context) -> None:
        self._intent = intent
        self._context = context
        self._ports = context.ports
        self._memory = Memory(lambda: self._intent.name, context.ports)
        self._reader = FactReader(context.ports, intent.name, known=self._memory.origin_of)
        self.publisher = EventPublisher(cause, context)
        self.rule = ""
        self._until = context.ports.clock.now() + timedelta(seconds=context.delivery_seconds)

    @property
    def name(self) -> ModelName:
        """The model's name: as BigQuery answers it, once the model was read."""
        return self._intent.name

    @property
    def model(self) -> BigQueryModel | None:
        """The model, as far as it was read."""
        return self._reader.facts.model

    def run(self) -> Outcome:
        """Assess and plan; announce the plan or apply it. Raises DeliveryError."""
        try:
            reason, detail = self._not_followed() or self._follow()
        except ModelGoneError:
            reason, detail = self._gone()
        except IntentOverError as over:
            reason, detail = self._over(over)
        ended = "blocked" if reason is Reason.ORIGIN_UNKNOWN else ""
        outcome = Outcome(
            reason=reason, ended=ended, name=self._intent.name, rule=self.rule, detail=detail
        )
        return outcome.with_events(self.publisher.announced)

    def _not_followed(self) -> StepResult | None:
        """A dry run follows no continuation of a real run, and announces nothing about it."""
        if self._intent.is_continuation and self._context.dry_run:
            return Reason.CLEANUP_PLANNED, "dry run: a continuation is not followed"
        return None

    def _follow(self) -> StepResult:
        self._reader.read(Source.MODEL)
        model = self._reader.facts.model
        if model is None:
            raise ModelGoneError
        self._intent = replace(self._intent, name=model.name)
        rules = self._rules()
        validity = IntentValidity(self._intent, rules, self._ports)
        validity.check(model)
        labels = self._protecting_labels(rules) if rules else None
        if rules is None or labels is None:
            return self._origin_unknown()
        work = self._work(rules, labels, validity)
        return PlanAnnouncement(work).run() or PlanApplication(work).run()

    # Assess.

    def _rules(self) -> CleanupRules | None:
        """The rules for the model; None if they depend on a creating job that is not known."""
        policy = self._context.policy
        found = self._reader.until_known(lambda facts: cleanup_rule(policy, facts))
        if isinstance(found, RuleFound):
            self.rule = found.name
            return found.cleanup
        # A person who forces the deletion overrides a missing job history.
        return policy.cleanup if self._intent.force else None

    def _work(
        self, rules: CleanupRules, labels: Mapping[str, str], validity: IntentValidity
    ) -> Work:
        intent, model = intended_effect(self._intent, rules), model_of(self._reader.facts)
        versions = own_versions(model, self._memory.document, self._ports.registry)
        observed = Observed(
            model=model,
            versions=versions,
            endpoints=endpoints_of(versions, intent.undeploying, self._context),
            labels=labels,
        )
        return Work(
            intent=intent,
            rules=rules,
            observed=observed,
            plan=plan_cleanup(observed, rules, intent),
            events=self._events(),
            validity=validity,
            publisher=self.publisher,
            context=self._context,
            until=self._until,
        )

    def _protecting_labels(self, rules: CleanupRules) -> Mapping[str, str] | None:
        """The labels that may protect the model; None if a job that is not known may set some."""
        policy = self._context.policy
        found = self._reader.until_known(lambda facts: protecting_labels(rules, policy, facts))
        if not isinstance(found, Mapping):
            return {} if self._intent.force else None
        return {key: value for key, value in found.items() if value is not None}

    def _events(self) -> CleanupEvents:
        return CleanupEvents(
            self._intent, self._reader.facts.model, self.rule, dry_run=self._context.dry_run
        )

    # How the delivery ends.

    def _gone(self) -> StepResult:
        """The model is gone: announce what earlier deliveries did without announcing it."""
        intent, events = self._intent, self._events()
        if not intent.is_continuation:
            return Reason.MODEL_GONE, ""
        gone, there = self._carried()
        detail = _still_deployed(there)
        is_end = intent.deletes or bool(there)
        end = events.completed(detail) if is_end else events.ready()
        self.publisher.publish_unless_recent(*gone, end)
        return (Reason.CLEANED_UP if is_end else Reason.NOTHING_DEPLOYED), detail

    def _over(self, over: IntentOverError) -> StepResult:
        """Cancel the intent; announce also what it has undeployed so far."""
        cancelled = self._events().cancelled(over.reason, over.detail)
        self.publisher.publish_unless_recent(*self._carried()[0], cancelled)
        return over.reason, over.detail

    def _carried(self) -> tuple[list[RegistryEvent], list[PlannedUndeployment]]:
        """The events for announced undeployments that are done, and those that are still to do."""
        carried, events = self._intent.undeploying, self._events()
        endpoints = endpoints_of((), carried, self._context)
        there = [item for item in carried if is_there(item, endpoints)]
        return [events.undeployed(item, "") for item in carried if item not in there], there

    def _origin_unknown(self) -> StepResult:
        detail = "which rule is for the model depends on its creating job"
        deletes = means_deletion(self._intent)
        how = how_to_override(Reason.ORIGIN_UNKNOWN, self._intent.name, deletes=deletes)
        event = self._events().blocked(Reason.ORIGIN_UNKNOWN, detail, "", how)
        self.publisher.publish_unless_recent(*self._carried()[0], event)
        return Reason.ORIGIN_UNKNOWN, detail


def _still_deployed(there: Sequence[PlannedUndeployment]) -> str:
    """A note for people if BigQuery deleted a model that Vertex AI still serves."""
    places = ", ".join(f"{planned.deployed.id} on {planned.endpoint}" for planned in there)
    return f"still deployed: {places}" if places else ""
