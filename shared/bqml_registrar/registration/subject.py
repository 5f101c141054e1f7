"""The model that a delivery is about: what is known of it, and what its assessment found."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import Look, ModelDocument
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outcome import Note
from bqml_registrar.delivery.parallel import both
from bqml_registrar.errors import StaleError
from bqml_registrar.policy.decisions import Decision, Reject
from bqml_registrar.policy.facts import Facts, KnownOrigin
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.plan import Means
from bqml_registrar.registration.recollection import Recollection
from bqml_registrar.registration.rejection_plan import Plan, plan_rejection
from bqml_registrar.registration.visibility import VisibilityWait
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

# Rejections that may end although neither policy nor model changes.
_PASSING = {Reason.ID_TAKEN, Reason.ID_COLLISION}


class Swept(Struct, frozen=True):
    """What a sweep adds to an assessment; the default is for deliveries of events.

    `look` makes what is kept of a model in order. `known` is an origin that need not be searched
    for. `is_open`: the store says that something is left to do, even if the policy does not ask for
    the model.
    """

    look: Callable[[BigQueryModel], Look] | None = None
    known: KnownOrigin | None = None
    is_open: bool = False


class Assessment(Struct, frozen=True, kw_only=True):
    """The facts of a model, the policy's decision, and the plan (None: it asks for nothing).

    `model` is the state that the plan is about. It is newer than the facts if its version was not
    visible at first. `notes` are for the log.
    """

    facts: Facts
    decision: Decision
    model: BigQueryModel | None = None
    plan: Plan | None = None
    notes: tuple[Note, ...] = ()


class Subject:
    """One model in one delivery: its facts, its document, its version once that is visible."""

    def __init__(
        self,
        reader: FactReader,
        memory: Memory,
        visibility: VisibilityWait,
        context: Context,
        sweep: Swept,
    ) -> None:
        self.reader = reader
        self.memory = memory
        self.context = context
        self.ports = context.ports
        self.sweep = sweep
        self.recollection = Recollection(memory, context)
        self._visibility = visibility

    @property
    def means(self) -> Means:
        """What plans are made with; without what a sweep keeps of a model in order."""
        return Means(new_id=None if self.context.dry_run else self.ports.store.new_id)

    def means_for(self, model: BigQueryModel) -> Means:
        """What plans are made with, if a sweep keeps something of a model in order."""
        look = self.sweep.look(model) if self.sweep.look else None
        return replace(self.means, look=look)

    def prepare(self, region: str) -> None:
        """Load what the next calls need, beside a call that is under way."""
        self.ports.registry.prepare(region)
        self.ports.store.prepare()

    def load(self) -> ModelDocument | None:
        """The model's document; it is read once."""
        return self.memory.document

    def visible(self, model: BigQueryModel) -> tuple[BigQueryModel, ModelVersion]:
        """A registered model and its version, as soon as both show; the document is read meanwhile."""
        model = self._visibility.registered(model)
        name = model.vertex.at(model.vertex_version)
        version, _ = both(
            lambda: self._visibility.version(model, name), self.load, self.context.workers
        )
        return model, version

    def check_unchanged(self, model: BigQueryModel) -> None:
        """StaleError if the model is not as it was read."""
        if self.ports.catalog.get(model.name) != model:
            raise StaleError

    def found(
        self, decision: Decision, model: BigQueryModel | None = None, plan: Plan | None = None
    ) -> Assessment:
        """What the assessment comes to."""
        return Assessment(
            facts=self.reader.facts,
            decision=decision,
            model=model,
            plan=plan,
            notes=tuple(self.recollection.notes),
        )

    def rejected(
        self,
        model: BigQueryModel,
        decision: Reject,
        document: ModelDocument,
        first: Plan | None = None,
    ) -> Assessment:
        """A rejection; `first` is what an earlier delivery left to do before it."""
        means = self.means if decision.reason in _PASSING else self.means_for(model)
        plan = plan_rejection(model, decision, document, means)
        return self.found(decision, model, replace(plan, first=first))
