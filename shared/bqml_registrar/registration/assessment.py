"""Assesses one model: reads it, decides by the policy, plans what is left to do.

It writes and publishes nothing, so it can run at any time.
"""

from __future__ import annotations

from typing import cast

from bqml_registrar.bookkeeping.legacy import rule_of
from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.names import vertex_region
from bqml_registrar.policy.decide import as_registered, decide, reject_unmatched
from bqml_registrar.policy.decisions import Decision, Needs, Register, Reject, Skip
from bqml_registrar.policy.facts import Facts
from bqml_registrar.registration.ending import plan_succession
from bqml_registrar.registration.recall import current
from bqml_registrar.registration.registration_assessment import RegistrationAssessor
from bqml_registrar.registration.rejection_assessment import RejectionAssessor
from bqml_registrar.registration.rejection_plan import plan_settlement
from bqml_registrar.registration.subject import Assessment, Subject
from bqml_registrar.resources.models import BigQueryModel


class Assessor:
    """Assesses one model in one delivery. `rule` names the rule of the last decision."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._registrations = RegistrationAssessor(subject)
        self._rejections = RejectionAssessor(subject, self._registrations)
        self.rule = ""

    def assess(self) -> Assessment:
        """Read, decide and plan; StaleError if the model changes meanwhile."""
        reader = self._subject.reader
        decision = cast("Decision", reader.until_known(self._decide))
        model = reader.facts.model
        if model is not None:
            decision = reject_unmatched(decision, self._rule_of(model))
        self.rule = decision.rule
        if model is None or isinstance(decision, Skip):
            return self._left_over(decision, model)
        if isinstance(decision, Reject):
            return self._rejections.assess(model, decision)
        return self._registrations.assess(model, decision)

    def assess_version(self, model: BigQueryModel, decision: Register) -> Assessment:
        """Plan for the version of a registered model, once it is visible."""
        return self._registrations.assess_version(model, decision)

    def _decide(self, facts: Facts) -> Decision | Needs:
        decision = decide(self._subject.context.policy, facts)
        if isinstance(decision, Needs) and decision.rule and facts.model:
            # A rule has matched: load what comes next while the last source is read.
            self._subject.prepare(vertex_region(facts.model.location))
        return decision

    def _rule_of(self, model: BigQueryModel) -> str:
        """The rule that registered or adopted this generation of a model; empty if none did."""
        if not model.registered_as:
            return ""
        document = self._subject.load()
        if document is None:
            return rule_of(model.labels)
        return document.rule if document.generation == model.generation else ""

    def _left_over(self, decision: Decision, model: BigQueryModel | None) -> Assessment:
        """What an earlier delivery left of a model that the policy does not ask for (any more)."""
        found = self._subject.found
        document = self._subject.load() if model and self._is_asked_for(model) else None
        if model is None or document is None:
            return found(decision, model)
        if document.generation != model.generation:
            return self._succession(decision, model, document)
        if not document.is_open:
            return found(decision)
        if model.registered_as:
            unmatched = as_registered(self._subject.context.policy, document.rule, model)
            rest = self.assess_version(model, unmatched)
            return found(decision, rest.model, rest.plan)
        return found(decision, model, plan_settlement(model, current(document, model)))

    def _is_asked_for(self, model: BigQueryModel) -> bool:
        return bool(model.registered_as) or self._subject.sweep.is_open

    def _succession(
        self, decision: Decision, model: BigQueryModel, document: ModelDocument
    ) -> Assessment:
        """The end of a registered model whose place one has taken that the policy does not ask for."""
        current(document, model)  # StaleError if the document is about a newer one
        plan = plan_succession(model, document, self._subject.means.new_id)
        return self._subject.found(decision, model, plan)
