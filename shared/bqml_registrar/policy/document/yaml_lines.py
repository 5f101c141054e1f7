"""YAML with the line of every value, so that a message can point at it.

A strict subset: one document, text keys, no key twice, no anchors, aliases or tags. It is read
event by event, not composed: the C composer recurses without a bound and would crash on deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml
from msgspec import Struct

NodePath = tuple[str | int, ...]

_MAX_DEPTH = 20
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR = "tag:yaml.org,2002:str"
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\s#.*")
# A template, or a second colon in one value: of a line without brackets, or between brackets.
_FOR_QUOTES = re.compile(r"\{[\w.-]+\}|^[^{[]*:\s[^{[]*:\s|:\s[^{}\[\],]*:\s")
_HINTS = {
    "scanning an alias": "a glob that begins with * goes in quotes",
    "mapping values are not allowed": "mind the indentation, a space that is missing after a "
    "colon, and text with a colon that is not in quotes",
    "cannot start any token": "put text that begins with such a character in quotes",
    "": "close or indent it as YAML asks",
}


class YamlProblem(Struct, frozen=True):
    """What is wrong at one place."""

    line: int
    path: NodePath
    text: str


class YamlError(Exception):
    """The text cannot be read any further."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.problem = YamlProblem(line, (), text)


class YamlDocument(Struct):
    """A document's value; by path, the line of each part and the text of each number and the like."""

    value: object = None
    lines: dict[NodePath, int] = {}
    texts: dict[NodePath, str] = {}
    problems: list[YamlProblem] = []


def read_yaml(text: str) -> YamlDocument:
    """Read one document; YamlError where nothing after the problem can be trusted."""
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(text, error) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, "a character that YAML does not allow; remove it") from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlError(line, "a character that is not Unicode text; remove it") from None


def _syntax_error(text: str, error: yaml.MarkedYAMLError) -> YamlError:
    mark, began = error.problem_mark, error.context_mark
    lines = text.rstrip().split("\n")
    number = min(mark.line if mark else 0, len(lines) - 1)
    begun = f", in what begins on line {began.line + 1}" if began else ""
    hint = _hint(f"{error.context} {error.problem}", lines[number])
    return YamlError(number + 1, f"not YAML: {error.problem}{begun}; {hint}")


def _hint(problem: str, line: str) -> str:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not tabs"
    if "alias" not in problem and _FOR_QUOTES.search(_QUOTED.sub("", line) + " "):
        return "put text with { or : in quotes"
    return next(hint for words, hint in _HINTS.items() if words in problem)


class _Reader:
    def __init__(self, text: str) -> None:
        self._loader = _LOADER(text)
        self._found = YamlDocument()

    def document(self) -> YamlDocument:
        """The value of the only document of the text."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise YamlError(1, 'the file is empty; a policy begins with "version: 1"')
        self._found.value = self._value(self._next(), ())
        self._next()
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            self._complain(following, (), "a second document begins; keep one in the file")
        return self._found

    def _next(self) -> yaml.Event:
        event = self._loader.get_event()
        if not isinstance(event, yaml.Event):
            raise YamlError(1, "the text ends too early; complete it")
        return event

    def _complain(self, event: yaml.Event, path: NodePath, text: str) -> None:
        self._found.problems.append(YamlProblem(_line(event), path, text))

    def _value(self, event: yaml.Event, path: NodePath) -> object:
        self._found.lines.setdefault(path, _line(event))
        if len(path) > _MAX_DEPTH:
            raise YamlError(
                _line(event), f"nested more than {_MAX_DEPTH} deep; a policy is flatter"
            )
        if getattr(event, "anchor", None):
            hint = "write the value out; a glob that begins with * goes in quotes"
            self._complain(event, path, f"anchors and aliases are not read; {hint}")
        if tag := getattr(event, "tag", None):
            self._complain(event, path, f"the tag {tag} is not read; write the value without it")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else None

    def _mapping(self, path: NodePath) -> dict[str, object]:
        mapping: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            here = (*path, key)
            if key in mapping:
                first = self._found.lines[here]
                self._complain(event, here, f"written twice, first on line {first}; keep one")
                self._skip(self._next())
                continue
            self._found.lines[here] = _line(event)
            mapping[key] = self._value(self._next(), here)
        return mapping

    def _sequence(self, path: NodePath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _key(self, event: yaml.Event, path: NodePath) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._complain(event, (*path, "?"), "a key that is not text; write a plain word")
            self._skip(event)
            return "?"
        if self._tag(event) != _STR:
            self._complain(event, (*path, event.value), _in_quotes(event.value))
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent, path: NodePath) -> object:
        tag = self._tag(event)
        if tag == _STR or event.tag:
            return event.value
        self._found.texts[path] = event.value
        try:
            if tag in _PLAIN_TAGS:
                return self._loader.construct_object(yaml.ScalarNode(tag, event.value))
        except ValueError:  # a number of thousands of digits, say
            pass
        self._complain(event, path, _in_quotes(event.value))
        return event.value

    def _tag(self, event: yaml.ScalarEvent) -> str:
        resolve: Callable[..., str] = self._loader.resolve
        return resolve(yaml.ScalarNode, event.value, event.implicit)

    def _skip(self, event: yaml.Event) -> None:
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if not depth:
                return
            event = self._next()


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _in_quotes(text: str) -> str:
    return f'{text[:60] or "nothing"} is not read as text; write "{text[:60]}" in quotes'
