"""How a version that BigQuery registers comes into being, and into sight."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.cloud import Environment
from emulator.errors import failed_precondition
from emulator.vertex.catalog import Catalog
from emulator.vertex.due import Due
from emulator.vertex.names import ModelName
from emulator.vertex.state import BQML, DEFAULT_ALIAS, RegisteredModel, Version


class Registrations:
    """Adds versions to the catalog; the API shows them when they are due."""

    def __init__(self, env: Environment, due: Due, catalog: Catalog) -> None:
        self._env = env
        self._due = due
        self._catalog = catalog
        # Of models that are gone as well; a load of other models keeps it, one of none ends it.
        self._last_numbers: dict[ModelName, int] = {}

    def new_version(self, name: ModelName, aliases: Sequence[str], now: float) -> Version:
        """The next version of a model that exists or begins with it."""
        model = self._catalog.stored(name) or self._new_model(name, now)
        if model.source != BQML:
            # assumed: status and text.
            raise failed_precondition(f"Model {name.model_id} was not registered by BigQuery ML.")
        takes_default = not model.versions or self._env.settings.default_alias_moves
        model.last_number += 1
        self._last_numbers[name] = model.last_number
        version = Version(
            number=model.last_number,
            aliases=list(dict.fromkeys([*([DEFAULT_ALIAS] if takes_default else []), *aliases])),
            create_time=now,
            update_time=now,
            visible_at=now + self._env.settings.version_latency,
            published=False,
        )
        model.versions.append(version)
        self._await(model, version)
        return version

    def resume(self) -> None:
        """Wait again for all versions that the API does not show yet."""
        models = self._catalog.all()
        if not models:
            self._last_numbers.clear()
        for model in models:
            for version in model.versions:
                if not version.published:
                    self._await(model, version)

    def _new_model(self, name: ModelName, now: float) -> RegisteredModel:
        restarts = self._env.settings.version_numbers_restart
        model = RegisteredModel(
            project=name.project,
            location=name.location,
            model_id=name.model_id,
            display_name=name.model_id,
            create_time=now,
            update_time=now,
            last_number=0 if restarts else self._last_numbers.get(name, 0),
        )
        self._catalog.add(model)
        return model

    def _await(self, model: RegisteredModel, version: Version) -> None:
        def publish(now: float) -> None:
            if model.numbered(version.number) is version:
                version.published = True
                model.take_aliases(version, version.aliases, now)
                model.touch(now)

        label = f"vertex version {model.model_id}@{version.number}"
        self._due.add(version.visible_at, label, publish)
