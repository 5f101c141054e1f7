"""The kinds of faults. Most strike one API call, some the delivery in which it happens."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from emulator.errors import ServiceError
from emulator.gate import Gate

REFUSALS = ("error-before", "timeout", "409", "412", "429", "503")
PUBLISH = "google.pubsub.v1.Publisher.Publish"


class Saboteur:
    """Stands at the gate of the local cloud, counts the product's calls, and strikes at one.

    An instance that has ended reaches nobody any more: whatever it still does, it does for itself.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        gate.guards.append(self)
        self.arm()

    def arm(self, at: int = -1, strike: Callable[[Saboteur, str], None] | None = None) -> None:
        """Begin to count anew; strike at a call, if any."""
        self._at, self._strike = at, strike
        self.calls: list[str] = []
        self.struck = self.instance_ended = False
        self.meanwhile: Callable[[], None] = lambda: None
        self.meanwhile_next: Callable[[], None] = lambda: None

    def __call__(self, method: str, _resource: str) -> None:
        number = len(self.calls)
        self.calls.append(method)
        # One that the call before had to leave, as it failed by itself.
        self._gate.faults.reset()
        if self.instance_ended:
            raise ServiceError("UNAVAILABLE", "The instance that calls has ended.")
        if number == self._at and self._strike:
            self.struck = True
            self._strike(self, method)

    def fail_after(self, method: str, status: str) -> None:
        """Let this call have its effect, and the caller not know."""
        self._gate.faults.add({"method": method, "kind": "error_after", "status": status})


Strike = Callable[[Saboteur, str], None]


def _is_read(method: str) -> bool:
    return method.rpartition(".")[2].startswith(("Get", "List"))


class Kind(Struct, frozen=True, kw_only=True):
    """One kind: `strike` at a call, or else a way to deliver that `Settling` knows by its name."""

    name: str
    strike: Strike | None = None
    # Methods that never answer so, or where the answer rightly leads to another end.
    never: tuple[str, ...] = ()
    # What is the same at a read as another kind, which is run there.
    same_at_reads: bool = False

    def strikes(self, method: str, call: int, *, all_kinds: bool) -> bool:
        """Whether to run it at this call; without `all_kinds`, not what another run shows as well.

        A read has no effect: an end before or after it is the end before the next write. And one
        table tells apart how calls are refused, whichever they are: each read meets one refusal, in
        turn.
        """
        if method in self.never:
            return False
        if all_kinds or not _is_read(method):
            return True
        if self.name in REFUSALS:
            return self.name == REFUSALS[call % len(REFUSALS)]
        return not self.same_at_reads


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


KINDS = (
    Kind(name="error-before", strike=_error("INTERNAL", "internalError")),
    Kind(name="error-after", strike=_after("INTERNAL"), same_at_reads=True),
    Kind(name="timeout", strike=_after("DEADLINE_EXCEEDED")),
    Kind(name="kill-before", strike=_end_before, same_at_reads=True),
    Kind(name="kill-after", strike=_end_after, same_at_reads=True),
    Kind(name="409", strike=_error("ABORTED", "aborted")),
    Kind(
        name="412",
        strike=_error("FAILED_PRECONDITION", "conditionNotMet", 412, "The etag does not match."),
        never=(PUBLISH,),  # no etag; its FAILED_PRECONDITION is for a person to mend
    ),
    Kind(name="429", strike=_error("RESOURCE_EXHAUSTED", "rateLimitExceeded")),
    Kind(name="503", strike=_error("UNAVAILABLE", "backendError")),
    # At this call, all of the same delivery on another instance; and all of the one after it.
    Kind(name="concurrent", strike=lambda saboteur, _: saboteur.meanwhile()),
    Kind(name="overlap", strike=lambda saboteur, _: saboteur.meanwhile_next()),
    # Of whole deliveries: once more at once, once more after all others, after the one behind it.
    Kind(name="duplicate"),
    Kind(name="duplicate-late"),
    Kind(name="reorder"),
)
BY_NAME = {kind.name: kind for kind in KINDS}
