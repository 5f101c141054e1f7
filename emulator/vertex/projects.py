"""Project ids and numbers: requests may carry either, resource names in answers carry the number."""

from __future__ import annotations

from emulator.cloud import Environment
from emulator.settings import Settings


class Projects:
    """The number of each project: `project_number` of the settings for the first, then one more each."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._numbers: dict[str, str] = {}

    @property
    def settings(self) -> Settings:
        """The settings, as far as names depend on them."""
        return self._env.settings

    def number(self, project: str) -> str:
        """The project's number, allotted when the project is first seen."""
        if project not in self._numbers:
            candidate = int(self._env.settings.project_number)
            while str(candidate) in self._numbers.values():
                candidate += 1
            self._numbers[project] = str(candidate)
        return self._numbers[project]

    def resolve(self, project: str) -> str:
        """The id of a project given by id or number; an unknown number stays as it is."""
        known = (name for name, number in self._numbers.items() if number == project)
        return next(known, project)

    def shown(self, project: str) -> str:
        """How names in answers call the project."""
        return self.number(project) if self._env.settings.vertex_names_use_number else project

    def dump(self) -> dict[str, str]:
        """Numbers by project id."""
        return dict(self._numbers)

    def load(self, numbers: dict[str, str]) -> None:
        """Replace all."""
        self._numbers = dict(numbers)
