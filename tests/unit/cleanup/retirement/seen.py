"""A model with a retire label, and its document, through deliveries and what people do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    ModelDocument,
    new_document,
)
from bqml_registrar.cleanup.retirement.plan import (
    RetirementPlan,
    is_still_due,
    plan_retirement,
)
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import CREATED, a_model

RULE = Retirement(label="retire", grace_days=14)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
GENERATION = a_model().generation
NEXT = CREATED + timedelta(hours=1)
LATER = NOW + timedelta(days=400)


class Seen(Struct, frozen=True):
    """A model and what is remembered of it."""

    model: BigQueryModel
    document: ModelDocument

    def plan(self, now: datetime = NOW, rule: Retirement | None = RULE) -> RetirementPlan:
        return plan_retirement(self.model, rule, now, self.document)

    def is_still_due(self, now: datetime = NOW) -> bool:
        return is_still_due(self.model, RULE, now, self.document)

    def labelled(self, value: str | None) -> Seen:
        """A person sets the label, or takes it away."""
        return replace(self, model=patched(self.model, {"retire": value}))

    def replaced(self) -> Seen:
        """CREATE OR REPLACE, which kept the labels."""
        return replace(self, model=replace(self.model, created=NEXT))

    def written(self, now: datetime = NOW) -> Seen:
        """After a delivery that stored the change, and ended then."""
        plan = self.plan(now)
        kept = replace(self.document, retirement=plan.record or self.document.retirement)
        return replace(self, document=replace(kept, count=kept.count + bool(plan.change)))

    def settled(self, now: datetime = NOW) -> Seen:
        """After a whole delivery."""
        plan, kept = self.plan(now), self.written(now).document
        record = kept.retirement and replace(kept.retirement, is_normalised=True)
        return Seen(patched(self.model, dict(plan.labels)), replace(kept, retirement=record))


def patched(model: BigQueryModel, changes: dict[str, str | None]) -> BigQueryModel:
    merged = {**model.labels, **changes}
    return replace(model, labels={k: v for k, v in merged.items() if v is not None})


def asking(value: str) -> Seen:
    """A model that nothing is remembered of, with the label."""
    model = a_model(labels={"retire": value})
    return Seen(model, new_document(model, "0123456789abcdef"))


def retiring(value: str = "true") -> Seen:
    return asking(value).settled()
