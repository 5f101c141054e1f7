"""Plans of registrations, each carried out on the version and the document that it was made for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, new_document
from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.pending import Shown
from bqml_registrar.registration.plan import Means, RegistrationPlan, plan_registration
from bqml_registrar.resources.models import BigQueryModel, ModelVersion
from tests.builders import a_decision, a_model, a_version

ALIASES = st.lists(st.sampled_from(["prod", "staging", "champion"]), unique=True).map(tuple)
REGISTERED = a_model(
    vertex_model_id="prod_sales-churn", vertex_version="1", labels={OWNER: "production-models"}
)
_IDS = itertools.count(1)


def next_id() -> str:
    return f"random-{next(_IDS)}"


MEANS = Means(new_id=next_id)
NEW = new_document(REGISTERED, "epoch")


def what_is_shown(
    decision: Register | None = None,
    version: ModelVersion | None = None,
    others: Sequence[ModelVersion] = (),
    model: BigQueryModel = REGISTERED,
) -> Shown:
    return Shown(
        model=model,
        decision=decision or a_decision(),
        version=version or a_version(),
        holders={alias: other.name.version for other in others for alias in other.aliases},
    )


def planned(
    decision: Register | None = None,
    version: ModelVersion | None = None,
    document: ModelDocument = NEW,
    others: Sequence[ModelVersion] = (),
    *,
    model: BigQueryModel = REGISTERED,
    means: Means = MEANS,
) -> RegistrationPlan:
    """The plan for a registered model, of which nothing is remembered but `document`."""
    shown = what_is_shown(decision, version, others, model)
    return plan_registration(shown, document, means, others)


def applied(plan: RegistrationPlan) -> ModelVersion:
    """The version after all steps of a plan."""
    kept = (alias for alias in plan.version.aliases if alias not in plan.removed_aliases)
    aliases = tuple(dict.fromkeys((*kept, *plan.aliases)))
    labels = merged(plan.version.labels, plan.labels)
    description = (
        plan.version.model_description
        if plan.parent_description is None
        else plan.parent_description
    )
    return replace(
        plan.version,
        aliases=aliases,
        labels=labels,
        description=plan.description,
        model_description=description,
    )


def relabelled(model: BigQueryModel, changes: Mapping[str, str | None]) -> BigQueryModel:
    """The model after a plan's patch."""
    return replace(model, labels=merged(model.labels, changes))


def kinds(plan: RegistrationPlan) -> list[str]:
    """The types of the events that follow from a plan, in their order."""
    return [transition.kind for transition in plan.effected.transitions]


def targets(transitions: Sequence[Transition]) -> list[tuple[str, str]]:
    """What each transition does to which alias."""
    return [(each.kind, each.target) for each in transitions]
