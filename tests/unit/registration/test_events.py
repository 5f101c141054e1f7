"""What an event says, by the transition that it is of."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import PastGeneration
from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.events.payloads import Alias, GoneVersion
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import (
    RegistrationEvents,
    deletion,
    gone_version,
    missing_detail,
    rejection,
)
from tests.builders import CHURN, CREATED, a_decision, a_model, a_version
from tests.unit.registration.planned import REGISTERED

PAST = PastGeneration(generation="7", ended=CREATED, vertex=a_version().name, aliases=("champion",))
RENDER = RegistrationEvents(REGISTERED, a_decision(), a_version("2"), (PAST,))


def of(kind: EventType, **changes: object) -> Transition:
    known = Transition(id="id", kind=kind, generation=REGISTERED.generation, number=4)
    return replace(known, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("transition", "reason", "detail"),
    [
        pytest.param(of(EventType.MODEL_REGISTERED), Reason.RULE_MATCHED, "", id="registered"),
        pytest.param(of(EventType.MODEL_REPLACED), Reason.RULE_MATCHED, "", id="replaced"),
        pytest.param(of(EventType.ALIAS_ASSIGNED), Reason.RULE_MATCHED, "", id="given"),
        pytest.param(of(EventType.ALIAS_CARRIEDOVER), Reason.RULE_MATCHED, "", id="carried over"),
        pytest.param(
            of(EventType.ALIAS_REMOVED, before="2"), Reason.ALIAS_WITHDRAWN, "", id="taken away"
        ),
        pytest.param(of(EventType.ALIAS_REMOVED), Reason.ALIASES_FORGOTTEN, "", id="forgotten"),
        pytest.param(
            of(EventType.ALIAS_REJECTED),
            Reason.ALIAS_NOT_ALLOWED,
            "MergeVersionAliases takes [a-z][a-z0-9-]{0,126}[a-z0-9]",
            id="not allowed",
        ),
        pytest.param(
            of(EventType.ALIAS_REJECTED, wanted="9"),
            Reason.ALIAS_MOVED,
            f"now on {a_version('9').name}",
            id="moved",
        ),
    ],
)
def test_an_event_has_the_type_and_id_of_its_transition_and_its_reason(
    transition: Transition, reason: Reason, detail: str
) -> None:
    event = RENDER.of(transition)

    assert (event.type, event.target) == (transition.kind, "id")
    assert (event.reason, event.payload.verdict.detail) == (reason, detail)
    assert event.vertex == a_version("2").name


def test_an_event_about_an_alias_names_it_with_the_number_of_its_transition() -> None:
    event = RENDER.of(of(EventType.ALIAS_ASSIGNED, target="prod"))

    assert event.payload.alias == Alias(name="prod", revision=4)
    assert RENDER.of(of(EventType.MODEL_REGISTERED)).payload.alias is UNSET


@pytest.mark.parametrize(
    ("target", "gone"),
    [
        pytest.param(
            "7",
            GoneVersion(name=str(a_version().name), generation="7", aliases=("champion",)),
            id="remembered",
        ),
        pytest.param("", GoneVersion(), id="not remembered"),
    ],
)
def test_a_replacement_tells_of_the_version_before(target: str, gone: GoneVersion) -> None:
    assert RENDER.of(of(EventType.MODEL_REPLACED, target=target)).payload.gone == gone


def test_of_a_model_that_had_no_version_only_the_generation_is_told() -> None:
    assert gone_version(replace(PAST, vertex=None, aliases=())) == GoneVersion(generation="7")


def test_a_deletion_is_about_the_generation_that_is_gone() -> None:
    event = deletion(CHURN, PAST, key="k")

    assert (event.type, event.target, event.vertex) == (
        EventType.MODEL_DELETED,
        "k",
        a_version().name,
    )
    assert event.payload.model.generation == "7"  # type: ignore[union-attr]
    assert event.payload.gone == gone_version(PAST)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        pytest.param(Reason.LABEL_REMOVED, a_version().name, id="it is in the registry"),
        pytest.param(Reason.ID_COLLISION, a_version().name, id="it is at another's id"),
        pytest.param(Reason.REMOTE_MODEL, None, id="it cannot be"),
    ],
)
def test_a_rejection_names_the_version_where_there_is_one(reason: Reason, expected: object) -> None:
    event = rejection(REGISTERED, Reject(reason, "production-models"), key="k")

    assert (event.vertex, event.target) == (expected, "k")
    assert event.payload.verdict.detail == reason.meaning


def test_what_templates_left_out_is_said() -> None:
    decision = a_decision(missing={"{labels.stage}": Reason.LABEL_MISSING})

    assert missing_detail(decision) == "left out: {labels.stage} (LABEL_MISSING)"
    assert missing_detail(a_decision()) == ""


def test_a_dry_run_says_so() -> None:
    dry = RegistrationEvents(a_model(), a_decision(), a_version(), dry_run=True)

    assert dry.of(of(EventType.MODEL_REGISTERED)).payload.verdict.dry_run
