"""What the registry shows of a dataset's versions: read from lists, as little as needed."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.bookkeeping.ownership import MOST_LABELS, OWNER, name_label, source_digest
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName, VertexName
from bqml_registrar.ports import Ports
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.alias_plan import DEFAULT
from bqml_registrar.resources.models import ModelVersion


class _Shown(Struct, frozen=True):
    """A version as a list shows it: number, our label, whether there is room for labels, aliases."""

    number: str
    label: str
    is_full: bool
    aliases: frozenset[str]


class RegistryView:
    """Versions by the lists of one delivery; safe between threads.

    One list shows the default version of every registry model that has our label of the dataset. A
    version that it does not show costs one ListModelVersions for its registry model: it is not the
    default version, or somebody removed its labels.
    """

    def __init__(self, dataset: DatasetName, region: str, ports: Ports) -> None:
        self._dataset = dataset
        self._region = region
        self._ports = ports
        self._defaults: Mapping[str, _Shown] | None = None
        self._versions: dict[str, dict[str, _Shown]] = {}
        self._lock = threading.Lock()

    def is_shown(self, document: ModelDocument) -> bool:
        """Whether the version has our label, and the aliases that it had at the last look."""
        if document.vertex is None:
            return True
        shown = self._shown(document.vertex)
        if shown is None:
            return False
        there = {alias for alias, record in document.aliases.items() if record.is_there}
        # Not all of people's aliases are remembered where they are too many.
        is_same = there <= shown.aliases if document.is_partial else there == shown.aliases
        # Labels are restored while a rule matches, and where there is room.
        needs_label = not (document.rejection or shown.is_full)
        return is_same and (not needs_label or shown.label == source_digest(document.name))

    def _shown(self, name: VertexName) -> _Shown | None:
        with self._lock:
            if self._defaults is None:
                self._defaults = self._listed()
            default = self._defaults.get(name.model_id)
            if default and default.number == name.version:
                return default
            if name.model_id not in self._versions:
                found = self._ports.registry.versions(name.at(""))
                self._versions[name.model_id] = {v.name.version: _of(v) for v in found}
            return self._versions[name.model_id].get(name.version)

    def _listed(self) -> dict[str, _Shown]:
        project, label = self._dataset.project, name_label(self._dataset.dataset)
        try:
            found = self._ports.lists.registered(project, self._region, label)
            return {version.name.model_id: _of(version) for version in found}
        except PermanentError as error:
            # A project or a region without the registry has no versions.
            if error.reason is not Reason.PERMISSION_DENIED:
                raise
            return {}


def _of(version: ModelVersion) -> _Shown:
    return _Shown(
        version.name.version,
        version.labels.get(OWNER, ""),
        len(version.labels) >= MOST_LABELS,
        frozenset(version.aliases) - {DEFAULT},
    )
