"""Assesses a model that the policy rejects, of which an earlier delivery may have left something."""

from __future__ import annotations

from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.policy.decide import as_registered
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.registration.alias_plan import with_aliases_of
from bqml_registrar.registration.registration_assessment import RegistrationAssessor
from bqml_registrar.registration.rejection_plan import rejection_digest
from bqml_registrar.registration.subject import Assessment, Subject
from bqml_registrar.resources.models import BigQueryModel


class RejectionAssessor:
    """Plans for one rejected model. `registrations` finishes what comes before the refusal."""

    def __init__(self, subject: Subject, registrations: RegistrationAssessor) -> None:
        self._subject = subject
        self._registrations = registrations

    def assess(self, model: BigQueryModel, decision: Reject) -> Assessment:
        """Plan its refusal, if that was not announced; StaleError if the model changes."""
        document = self._document(model, decision)
        is_announced = document.rejection == rejection_digest(model, decision)
        is_under_way = any(not pending.is_effected for pending in document.transitions)
        if model.registered_as and (is_under_way or (document.is_open and not is_announced)):
            # A registration that a crash left unannounced before its label was removed.
            unmatched = as_registered(self._subject.context.policy, decision.rule, model)
            first = self._registrations.assess_version(model, unmatched)
            if isinstance(first.decision, Register) and first.model:
                return self._subject.rejected(first.model, decision, document, first.plan)
        if self._subject.sweep.look or not is_announced:
            document = self._as_shown(model, document)
        return self._subject.rejected(model, decision, document)

    def _document(self, model: BigQueryModel, decision: Reject) -> ModelDocument:
        recollection = self._subject.recollection
        if self._subject.load() or not model.registered_as:
            return recollection.of_unregistered(model, model.vertex)
        # It may have been announced as registered before its document was lost.
        model, version = self._subject.visible(model)
        unmatched = as_registered(self._subject.context.policy, decision.rule, model)
        return recollection.of_registered(model, unmatched, version)

    def _as_shown(self, model: BigQueryModel, document: ModelDocument) -> ModelDocument:
        """The document with the aliases that the version has now: a rejection changes none."""
        if not model.registered_as or document.vertex is None:
            return document
        _, version = self._subject.visible(model)
        return with_aliases_of(version, document)
