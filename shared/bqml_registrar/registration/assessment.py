"""Assesses one model: reads it, decides by the policy, plans what is left to do.

It writes and publishes nothing, so it can run at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import GENERATION, source_digest
from bqml_registrar.bookkeeping.versions import VersionLabels
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.errors import StaleError
from bqml_registrar.names import VertexName, vertex_region
from bqml_registrar.policy.decide import as_registered, decide, reject_unmatched
from bqml_registrar.policy.decisions import Decision, Needs, Register, Reject, Skip
from bqml_registrar.policy.facts import Facts
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.plan import (
    asks_for_others,
    plan_first_registration,
    plan_registration,
)
from bqml_registrar.registration.rejection_plan import Plan, is_announced, plan_rejection
from bqml_registrar.registration.replacement import collides, has_predecessor
from bqml_registrar.registration.visibility import VisibilityWait
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Assessment(Struct, frozen=True, kw_only=True):
    """The facts of a model, the policy's decision, and the plan (None: it asks for nothing).

    `model` is the state that the plan is about. It is newer than the facts if its version was not
    visible at first.
    """

    facts: Facts
    decision: Decision
    model: BigQueryModel | None = None
    plan: Plan | None = None


class Assessor:
    """Assesses one model in one delivery. `rule` names the rule of the last decision."""

    def __init__(
        self, reader: FactReader, visibility: VisibilityWait, context: Context, rule: str = ""
    ) -> None:
        self._reader = reader
        self._visibility = visibility
        self._context = context
        self._ports = context.ports
        self.rule = rule

    def assess(self) -> Assessment:
        """Read, decide and plan; StaleError if the model changes meanwhile."""
        decision = cast("Decision", self._reader.until_known(self._decide))
        model = self._reader.facts.model
        if model is not None:
            decision = reject_unmatched(decision, model)
        self.rule = decision.rule
        if model is None or isinstance(decision, Skip):
            return self._found(decision)
        if isinstance(decision, Reject):
            return self._rejection(model, decision)
        return self._registration(model, decision)

    def assess_version(self, model: BigQueryModel, decision: Register) -> Assessment:
        """Plan for the version of a registered model, once it is visible."""
        model = self._visibility.registered(model)
        version = self._visibility.version(model, model.vertex.at(model.vertex_version))
        return self._for_version(model, decision, version)

    def _check_unchanged(self, model: BigQueryModel) -> None:
        """StaleError if the model is not as it was read."""
        if self._ports.catalog.get(model.name) != model:
            raise StaleError

    def _decide(self, facts: Facts) -> Decision | Needs:
        decision = decide(self._context.policy, facts)
        if isinstance(decision, Needs) and decision.rule and facts.model:
            # A rule has matched: load what Vertex AI needs while the last source is read.
            self._ports.registry.prepare(vertex_region(facts.model.location))
        return decision

    def _rejection(self, model: BigQueryModel, decision: Reject) -> Assessment:
        first = None
        if decision.reason is Reason.LABEL_REMOVED:
            model = self._visibility.registered(model)
            first = self._unannounced(model, decision)
        return self._rejected(model, decision, first)

    def _unannounced(self, model: BigQueryModel, decision: Reject) -> Plan | None:
        """The rest of a registration that a crash left unannounced before its label was removed."""
        if is_announced(model, decision) or model.labels.get(GENERATION) != model.generation:
            return None
        version = self._visibility.version(model, model.vertex.at(model.vertex_version))
        if VersionLabels.read(version.labels).announced:
            return None
        unmatched = as_registered(self._context.policy, decision.rule, model)
        return self._for_version(model, unmatched, version).plan

    def _rejected(
        self, model: BigQueryModel, decision: Reject, first: Plan | None = None
    ) -> Assessment:
        plan = plan_rejection(model, decision, first=first, dry_run=self._context.dry_run)
        return self._found(decision, model, plan)

    def _found(
        self, decision: Decision, model: BigQueryModel | None = None, plan: Plan | None = None
    ) -> Assessment:
        return Assessment(facts=self._reader.facts, decision=decision, model=model, plan=plan)

    def _registration(self, model: BigQueryModel, decision: Register) -> Assessment:
        vertex = model.vertex_named(decision.model_id)
        self._ports.registry.prepare(vertex.region)
        if model.registered_as:
            return self.assess_version(model, decision)
        if self._is_taken(vertex, model, decision):
            detail = f"the id {vertex.model_id}"
            return self._rejected(model, Reject(Reason.ID_TAKEN, decision.rule, detail))
        version = ModelVersion(name=vertex, etag="")
        plan = plan_first_registration(model, decision, version)
        if self._context.dry_run:
            # It creates no version to wait for, so it plans now what would follow.
            others = self._others(model, decision, version)
            events = plan_registration(model, decision, version, others=others, dry_run=True).events
            plan = replace(plan, events=events)
        return self._found(decision, model, plan)

    def _is_taken(self, vertex: VertexName, model: BigQueryModel, decision: Register) -> bool:
        """Whether another model has the id already, and the rule does not let them share it."""
        if decision.shares_id or (found := self._ports.registry.get(vertex)) is None:
            return False
        # Its own version is there; or a replace deleted it, and other versions of the id remain.
        is_own = VersionLabels.read(found.labels).source == source_digest(model.name)
        if is_own or has_predecessor(model.name, found):
            return False
        # A version without our label may be this model's own, by a concurrent delivery's patch.
        self._check_unchanged(model)
        return True

    def _for_version(
        self, model: BigQueryModel, decision: Register, version: ModelVersion
    ) -> Assessment:
        others = self._others(model, decision, version)
        if others and collides(model, decision, version, others):
            # The others may be gone since this delivery began to wait for the model's version.
            self._check_unchanged(model)
            detail = f"it is {version.name}"
            return self._rejected(model, Reject(Reason.ID_COLLISION, decision.rule, detail))
        dry_run = self._context.dry_run
        plan = plan_registration(model, decision, version, others=others, dry_run=dry_run)
        return self._found(decision, model, plan)

    def _others(
        self, model: BigQueryModel, decision: Register, version: ModelVersion
    ) -> Sequence[ModelVersion]:
        """The other versions of the registry's model, if the plan depends on them."""
        if not asks_for_others(model, decision, version):
            return ()
        found = self._ports.registry.versions(version.name.at(""))
        return [other for other in found if other.name != version.name]
