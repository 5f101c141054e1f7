"""How a delivery ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.errors import DeliveryError
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.policy.facts import Facts
from bqml_registrar.reasons import Reason


class Note(Struct, frozen=True):
    """Something about a delivery that the log states in a line of its own.

    `name` is of the model, where the delivery is about several.
    """

    reason: Reason
    detail: str
    name: ModelName | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What the log states about a delivery. `announced` are the types of the published events.

    `name` is what was decided about, `resource` what an ignored entry was about, `facts` what was
    last read of the model. `ended` says how it ended where the reason alone does not. `failures` are errors of parts, which did not stop the rest. `counts`
    are a sweep's, so far.
    """

    reason: Reason
    ended: str = ""
    name: ModelName | DatasetName | JobName | None = None
    resource: str = ""
    rule: str = ""
    vertex: str = ""
    detail: str = ""
    announced: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    facts: Facts | None = None
    counts: Mapping[str, int] = {}
    failures: tuple[DeliveryError, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def decision(self) -> str:
        """How the delivery ended, in one word of the reason's."""
        return self.ended or self.reason.outcome

    def with_events(self, events: Sequence[RegistryEvent]) -> Outcome:
        """This outcome with the events that were published."""
        return replace(
            self,
            announced=tuple(event.type.value for event in events),
            event_ids=tuple(event.id for event in events),
        )
