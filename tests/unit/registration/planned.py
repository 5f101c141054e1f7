"""A registration's plan, carried out on the version and read."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.versions import labels_once_announced
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.resources.models import ModelVersion

ALIASES = st.lists(st.sampled_from(["prod", "staging", "champion"]), unique=True).map(tuple)


def applied(plan: RegistrationPlan) -> ModelVersion:
    """The version after all steps of a plan."""
    kept = (alias for alias in plan.version.aliases if alias not in plan.removed_aliases)
    aliases = (*kept, *plan.aliases)
    labels = merged(plan.version.labels, plan.labels)
    if plan.events:
        labels = merged(labels, labels_once_announced(labels, plan.revision))
    return replace(plan.version, aliases=aliases, labels=labels, description=plan.description)


def types(plan: RegistrationPlan) -> list[str]:
    return [event.type.value for event in plan.events]
