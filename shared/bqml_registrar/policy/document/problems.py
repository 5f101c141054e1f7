"""What is wrong with a policy: one line per problem, with file, line and path of the key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from bqml_registrar.policy.document.yaml_lines import NodePath, YamlDocument, YamlProblem

NOTHING = "nothing"
_PLAIN_KEY = re.compile(r"[\w-]{1,63}")


class PolicyError(ValueError):
    """A policy cannot be used; the text has one line per problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Problems:
    """Collects problems of one document: the first at each path, in the order of the lines."""

    def __init__(self, file: str, document: YamlDocument) -> None:
        self._file = file
        self._document = document
        self._found: dict[tuple[NodePath, int], YamlProblem] = {}
        self._paths: set[NodePath] = set()
        for problem in document.problems:
            self._keep(problem)

    def add(self, path: NodePath, text: str) -> None:
        """Note what is wrong at a path, unless something is noted there already."""
        if path not in self._paths:
            self._keep(YamlProblem(self._line(path), path, text))

    def shown(self, path: NodePath, value: object) -> str:
        """A value as a message names it: as it was written, or by its kind."""
        if isinstance(value, dict):
            return "a mapping" if value else "an empty mapping"
        if isinstance(value, list):
            return f"a list of {len(value)}" if value else "an empty list"
        text = value if isinstance(value, str) else self._document.texts.get(path, "")
        if not text:
            return "an empty text" if isinstance(value, str) else NOTHING
        return _quoted(text) if isinstance(value, str) else text[:60]

    def raise_if_any(self) -> None:
        """Raise PolicyError with all of them."""
        if self._found:
            in_order = sorted(self._found.values(), key=lambda problem: problem.line)
            raise PolicyError(problem_line(self._file, problem) for problem in in_order)

    def _keep(self, problem: YamlProblem) -> None:
        self._paths.add(problem.path)
        self._found[problem.path, problem.line] = problem

    def _line(self, path: NodePath) -> int:
        while path not in self._document.lines and path:
            path = path[:-1]
        return self._document.lines.get(path, 1)


def problem_line(file: str, problem: YamlProblem) -> str:
    """One line for a person: file, line, path, what is wrong, what would be right."""
    path = _spelled(problem.path)
    return " ".join(f"{file}:{problem.line}: {path}{problem.text}".split())


def _spelled(path: NodePath) -> str:
    spelled = ""
    for part in path:
        if isinstance(part, int):
            spelled += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            spelled += f".{part}" if spelled else part
        else:
            spelled += f"[{_quoted(part)}]"
    return f"{spelled}: " if spelled else ""


def _quoted(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else f"{text[:59]}…", ensure_ascii=False)
