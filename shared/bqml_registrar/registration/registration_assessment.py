"""Assesses a model that is to be registered, or whose version is to be as the rule says."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.bookkeeping.ownership import OWNER, source_digest
from bqml_registrar.delivery.outcome import Note
from bqml_registrar.delivery.parallel import both
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.pending import Shown
from bqml_registrar.registration.plan import asks_for_others, plan_registration
from bqml_registrar.registration.replacement import collides, had_id, was_registered_by_us
from bqml_registrar.registration.subject import Assessment, Subject
from bqml_registrar.resources.models import BigQueryModel, ModelVersion, Origin


class RegistrationAssessor:
    """Plans for one model that a rule registers."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._recollection = subject.recollection

    def assess(self, model: BigQueryModel, decision: Register) -> Assessment:
        """Plan the registration, or what its version lacks; StaleError if the model changes."""
        vertex = model.vertex_named(decision.model_id)
        self._subject.prepare(vertex.region)
        if model.registered_as:
            return self.assess_version(model, decision)
        registry = self._subject.ports.registry
        holder, _ = both(
            lambda: None if decision.shares_id else registry.get(vertex),
            self._subject.load,
            self._subject.context.workers,
        )
        document = self._recollection.of_unregistered(model, vertex)
        if holder and self._is_strange(holder, model, document):
            refusal = Reject(Reason.ID_TAKEN, decision.rule, f"the id {vertex.model_id}")
            return self._subject.rejected(model, refusal, document)
        version = ModelVersion(name=vertex, etag="")
        others = registry.versions(vertex) if decision.shares_id else ()
        return self._planned(model, decision, version, document, others)

    def assess_version(self, model: BigQueryModel, decision: Register) -> Assessment:
        """Plan for the version of a registered model, once it is visible."""
        model, version = self._subject.visible(model)
        document = self._recollection.of_registered(model, decision, version)
        others = self._others(decision, version, document)
        return self._planned(model, decision, version, document, others)

    def _is_strange(
        self, holder: ModelVersion, model: BigQueryModel, document: ModelDocument
    ) -> bool:
        """Whether another model has the id already, and the rule does not let them share it."""
        # Its own version is there; or a replace deleted it, and other versions of the id remain.
        is_own = holder.labels.get(OWNER) == source_digest(model.name)
        if is_own or had_id(document, holder.name):
            return False
        # A version without our label may be this model's own, by a concurrent delivery's patch.
        self._subject.check_unchanged(model)
        return True

    def _others(
        self, decision: Register, version: ModelVersion, document: ModelDocument
    ) -> Sequence[ModelVersion]:
        """The other versions of the registry's model, if the plan depends on them."""
        if not asks_for_others(decision, version, document):
            return ()
        return self._recollection.versions_beside(version.name)

    def _planned(
        self,
        model: BigQueryModel,
        decision: Register,
        version: ModelVersion,
        document: ModelDocument,
        others: Sequence[ModelVersion],
    ) -> Assessment:
        document = self._with_origin(document)
        if model.registered_as and not was_registered_by_us(document, model):
            decision = replace(decision, reason=Reason.ALREADY_REGISTERED)
        holders = {alias: other.name.version for other in others for alias in other.aliases}
        shown = Shown(model=model, decision=decision, version=version, holders=holders)
        if model.registered_as and others and collides(shown, document, others):
            # The others may be gone since this delivery began to wait for the model's version.
            self._subject.check_unchanged(model)
            refusal = Reject(Reason.ID_COLLISION, decision.rule, f"it is {version.name}")
            return self._subject.rejected(model, refusal, replace(document, is_ours=True))
        plan = plan_registration(shown, document, self._subject.means_for(model), others)
        self._recollection.notes += [
            Note(Reason.OUTCOME_UNKNOWN, f"{left.kind} {left.target}".strip())
            for left in plan.unknown
        ]
        return self._subject.found(decision, model, plan)

    def _with_origin(self, document: ModelDocument) -> ModelDocument:
        origin = self._subject.reader.facts.origin
        return replace(document, origin=origin) if isinstance(origin, Origin) else document
