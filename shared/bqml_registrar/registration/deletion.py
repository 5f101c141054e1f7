"""Announces that a model is gone, with what is remembered of its version.

BigQuery deletes the version as well, with its labels, and the entry names only the model. What the
store does not know was never registered: its deletion is only logged.
"""

from __future__ import annotations

from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.bookkeeping.model_document import (
    ModelDocument,
    PastGeneration,
    buried,
)
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outbox import events_of
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Skip
from bqml_registrar.policy.facts import Facts
from bqml_registrar.registration.ending import with_end


class DeletionAnnouncement:
    """Announces one deletion in one delivery. `is_known`: the store is known to hold the model."""

    def __init__(
        self,
        change: ModelChanged,
        context: Context,
        publisher: EventPublisher,
        *,
        is_known: bool = False,
    ) -> None:
        self._change = change
        self._context = context
        self._publisher = publisher
        self._is_known = is_known

    def run(self) -> None:
        """Announce it, unless the model's name alone shows that no rule ever matched."""
        by_name = decide(self._context.policy, Facts(name=self._change.name))
        if isinstance(by_name, Skip) and not self._is_known:
            return
        memory = Memory(lambda: self._change.name, self._context.ports)
        document = memory.document
        if document is None:
            return
        ended = self._ended(document)
        if ended is None:
            if document.is_open and document.gone_at:
                self._announce(document, memory)  # what an earlier delivery did not come to
            return
        self._announce(ended, memory)

    def _ended(self, document: ModelDocument) -> ModelDocument | None:
        """The document in which the deleted generation has ended; None if it had before."""
        if int(document.generation) <= self._change.at.timestamp() * 1000:
            return self._current_ended(document)
        return self._past_ended(document)

    def _current_ended(self, document: ModelDocument) -> ModelDocument | None:
        ports, name = self._context.ports, self._change.name
        if document.gone_at:
            return None
        model = ports.catalog.get(name)
        if model and model.generation == document.generation:
            return None
        gone = PastGeneration(
            generation=document.generation,
            ended=self._change.at,
            vertex=document.vertex,
            aliases=document.peoples_aliases,
        )
        return self._told(buried(document, self._change.at, ports.clock.now()), gone)

    def _past_ended(self, document: ModelDocument) -> ModelDocument | None:
        """A late entry, about a generation before the one that the document is about."""
        at = self._change.at.timestamp() * 1000
        found = next((p for p in document.past if int(p.generation) <= at), None)
        if found is None or found.is_deleted or found.is_told:
            return None
        past = tuple(replace(p, is_deleted=True) if p is found else p for p in document.past)
        return self._told(replace(document, past=past), found)

    def _told(self, document: ModelDocument, gone: PastGeneration) -> ModelDocument:
        new_id = None if self._context.dry_run else self._context.ports.store.new_id
        return with_end(document, gone, new_id)

    def _announce(self, document: ModelDocument, memory: Memory) -> None:
        """Store, publish and settle what has happened.

        What was planned for a model that is gone is dropped: it is not known to have happened.
        """
        if document.gone_at:
            document = replace(document, transitions=document.effected_transitions)
        if self._context.dry_run:
            new = document.added_to(memory.document)
            self._publisher.publish_unless_recent(*events_of(document.name, new))
            return
        events = events_of(document.name, document.effected_transitions)
        if memory.document != document:
            memory.write(document)
        if events:
            self._publisher.publish(*events)
            memory.write(document.without_effected())
