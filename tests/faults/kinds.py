"""The kinds of faults. Most strike one API call, some the delivery in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from emulator.errors import ServiceError
from tests.faults import operators, persons, vandals
from tests.faults.persons import End, Person
from tests.faults.saboteur import Saboteur

# Without `all_kinds` the calls meet one of each of these in turn: reads, writes, reads.
REFUSALS = ("error-before", "timeout", "409", "412", "429", "503")
TRANSIENT = ("error-before", "429", "503")
TOGETHER = ("concurrent", "overlap")
PUBLISH = "google.pubsub.v1.Publisher.Publish"
PATCH = "PatchModel"
UPDATE = "UpdateModel"
COMMIT = "Firestore.Commit"
STORE_READS = (
    "google.firestore.v1.Firestore.BatchGetDocuments",
    "google.firestore.v1.Firestore.RunQuery",
)
# A method has announced what it does by then.
ENDPOINT_CHANGES = ("UpdateEndpoint", "UndeployModel", "DeleteEndpoint")
AFTER_PLANNING = (*ENDPOINT_CHANGES, "GetOperation")
BUSY = (
    'There are other operations running on the Endpoint "e": [1]. Please wait for them to complete.'
)

Strike = Callable[[Saboteur, str], None]


def is_read(method: str) -> bool:
    """Whether calls of the method change nothing."""
    return method.rpartition(".")[2].startswith(("Get", "List", "BatchGet", "RunQuery"))


class Kind(Struct, frozen=True, kw_only=True):
    """One kind: `strike` at a call, or else a way to deliver that `Settling` knows by its name."""

    name: str
    strike: Strike | None = None
    # Methods that never answer so, or where the answer rightly leads to another end.
    never: tuple[str, ...] = ()
    # What is the same at a read as another kind, which is run there.
    same_at_reads: bool = False
    # The only methods that answer so, or where it leads to the same end.
    only: tuple[str, ...] = ()
    # The only methods where it is run without `all_kinds`: what it is about.
    about: tuple[str, ...] = ()
    # Up to the product's first write; and the end is to be as if it had come before all calls.
    as_if_first: bool = False
    # About order and ends: run with the flows that are about these, too.
    about_order: bool = False
    # What of an end counts, where not all of it.
    counts: Callable[[End], End] | None = None
    # What is wrong with the second of two ends, by the state before, where they need not be equal.
    wrong: Callable[[Mapping[str, Any], End, End], list[str]] | None = None

    def strikes(self, method: str, call: int, *, all_kinds: bool) -> bool:
        """Whether to run it at this call; without `all_kinds`, not what another run shows as well.

        A read has no effect: an end before or after it is the end before the next write. And one
        table tells apart how calls are refused, whichever they are: each read meets one refusal,
        each write one of those that mean the same, in turn.
        """
        if method in self.never or (self.only and not method.endswith(self.only)):
            return False
        if all_kinds:
            return True
        if self.about:
            return method.endswith(self.about)
        in_turn = (REFUSALS, TOGETHER) if is_read(method) else (TRANSIENT,)
        for names in in_turn:
            if self.name in names:
                return self.name == names[call % len(names)]
        return not (is_read(method) and self.same_at_reads)


def _error(status: str, reason: str, http: int | None = None, text: str = "Injected.") -> Strike:
    def strike(_saboteur: Saboteur, _method: str) -> None:
        raise ServiceError(status, text, reason, http)

    return strike


def _after(status: str) -> Strike:
    return lambda saboteur, method: saboteur.fail_after(method, status)


def _end_before(saboteur: Saboteur, _method: str) -> None:
    saboteur.instance_ended = True
    raise ServiceError("UNAVAILABLE", "The instance that calls has ended.")


def _end_after(saboteur: Saboteur, method: str) -> None:
    saboteur.instance_ended = True
    saboteur.fail_after(method, "UNAVAILABLE")


def _by(person: Person) -> Strike:
    return lambda saboteur, _: saboteur.let(person)


def _end_and_then(person: Person) -> Strike:
    def strike(saboteur: Saboteur, method: str) -> None:
        _end_after(saboteur, method)
        saboteur.struck = False  # unless the person finds something to do
        saboteur.afterwards = person

    return strike


KINDS = (
    Kind(name="error-before", strike=_error("INTERNAL", "internalError")),
    Kind(name="error-after", strike=_after("INTERNAL"), same_at_reads=True),
    Kind(name="timeout", strike=_after("DEADLINE_EXCEEDED")),
    # The effect comes when the caller has given up, and made one more call.
    Kind(name="late-effect", strike=lambda saboteur, _: saboteur.postpone(), same_at_reads=True),
    Kind(name="kill-before", strike=_end_before, same_at_reads=True, about_order=True),
    Kind(name="kill-after", strike=_end_after, same_at_reads=True, about_order=True),
    Kind(name="409", strike=_error("ABORTED", "aborted")),
    Kind(
        name="412",
        strike=_error("FAILED_PRECONDITION", "conditionNotMet", 412, "The etag does not match."),
        # No etag; its FAILED_PRECONDITION is for a person to mend.
        never=(PUBLISH, *STORE_READS),
    ),
    Kind(name="429", strike=_error("RESOURCE_EXHAUSTED", "rateLimitExceeded")),
    Kind(name="503", strike=_error("UNAVAILABLE", "backendError")),
    Kind(
        name="busy",
        strike=_error("FAILED_PRECONDITION", "failedPrecondition", text=BUSY),
        only=ENDPOINT_CHANGES,
    ),
    # Refused for what the next look may show another way: traffic that came back, say.
    Kind(
        name="refused-once",
        strike=_error("FAILED_PRECONDITION", "failedPrecondition", text="It still has traffic."),
        only=("UpdateEndpoint", "UndeployModel"),
    ),
    # A person sets a label before this call: a neutral one, or one that the policy reads.
    Kind(name="label-model", strike=_by(persons.label_models), about=(PATCH,)),
    Kind(name="label-version", strike=_by(persons.label_versions), about=(UPDATE,)),
    Kind(name="label-parent", strike=_by(persons.label_parents), about=(UPDATE,)),
    Kind(name="relabel", strike=_by(persons.relabel_models), about=(PATCH,), as_if_first=True),
    # A person replaces all labels, or what is said of a registry model; or our document is lost.
    Kind(
        name="model-labels-lost",
        strike=_by(vandals.replace_model_labels),
        about=(PATCH, COMMIT),
        counts=vandals.without_labels,
    ),
    Kind(
        name="version-labels-lost",
        strike=_by(vandals.replace_version_labels),
        about=(UPDATE, COMMIT),
        counts=vandals.without_labels,
    ),
    Kind(
        name="registry-model-saved",
        strike=_by(vandals.save_registry_models),
        about=(UPDATE, COMMIT),
        counts=vandals.without_labels,
    ),
    Kind(
        name="description-lost",
        strike=_by(vandals.replace_descriptions),
        about=(UPDATE,),
        counts=vandals.without_labels,
    ),
    Kind(
        name="document-lost",
        strike=_by(vandals.delete_documents),
        about=(PATCH, UPDATE, "MergeVersionAliases", COMMIT, "Publish"),
        wrong=vandals.after_a_loss,
    ),
    # A person at an endpoint, before this call.
    Kind(
        name="traffic-moved",
        strike=_by(operators.move_traffic),
        about=("UpdateEndpoint", "UndeployModel"),
    ),
    Kind(
        name="undeployed-too",
        strike=_by(operators.undeploy),
        only=AFTER_PLANNING,
        about=ENDPOINT_CHANGES,
    ),
    Kind(
        name="endpoint-deleted",
        strike=_by(operators.delete_endpoints),
        only=AFTER_PLANNING,
        about=ENDPOINT_CHANGES,
    ),
    # The instance ends after this call, and a person gives its alias to another version.
    Kind(name="alias-moved-on", strike=_end_and_then(persons.give_to_default), about_order=True),
    # At this call, all of the same delivery on another instance; and all of the one after it.
    Kind(name="concurrent", strike=lambda saboteur, _: saboteur.meanwhile(), about_order=True),
    Kind(name="overlap", strike=lambda saboteur, _: saboteur.meanwhile_next(), about_order=True),
    # Of whole deliveries: once more at once, once more after all others, after the one behind it.
    Kind(name="duplicate", about_order=True),
    Kind(name="duplicate-late", about_order=True),
    Kind(name="reorder", about_order=True),
)
BY_NAME = {kind.name: kind for kind in KINDS}
