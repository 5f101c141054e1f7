"""Reads what a refused DROP MODEL, CREATE OR REPLACE MODEL or DROP SCHEMA names, from its head.

No SQL parser: only the head is needed, and importing one would slow down every cold start. The rest
is only searched for a second statement: the head of a script does not say what was refused.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from itertools import chain

from bqml_registrar.names import DatasetName, ModelName


class RefusedStatement(Enum):
    """What BigQuery refused to do because it would have deleted a deployed model."""

    DROP_MODEL = "DROP MODEL"
    REPLACE_MODEL = "CREATE OR REPLACE MODEL"
    DROP_SCHEMA = "DROP SCHEMA"


_HEADS = {
    ("DROP", "MODEL", "IF", "EXISTS"): RefusedStatement.DROP_MODEL,
    ("DROP", "MODEL"): RefusedStatement.DROP_MODEL,
    ("CREATE", "OR", "REPLACE", "MODEL"): RefusedStatement.REPLACE_MODEL,
    ("DROP", "SCHEMA", "IF", "EXISTS"): RefusedStatement.DROP_SCHEMA,
    ("DROP", "SCHEMA"): RefusedStatement.DROP_SCHEMA,
}
# Possessive: each token is read once, so that any text takes linear time. `.` needs DOTALL.
_TOKEN = re.compile(
    r"""
      (?P<blank>   \s++ | (?:--|\#)[^\r\n]*+ | /\*.*?\*/ )
    | (?P<quoted>  `(?:[^`\\]|\\.)++` )
    | (?P<text>    '''(?:[^'\\]|\\.|'(?!''))*+''' | \"""(?:[^"\\]|\\.|"(?!""))*+\"""
                 | '(?:[^'\\]|\\.)*+' | "(?:[^"\\]|\\.)*+" )
    | (?P<open>    /\*|['"`] )
    | (?P<word>    \w++(?:-\w++)*+ )
    | (?P<sign>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_Token = tuple[str, str]
_END, _STOP, _UNCLOSED = ("end", ""), ("sign", ";"), ("open", "")


def model_of_statement(
    sql: str, default_project: str, default_dataset: DatasetName | None
) -> tuple[RefusedStatement, ModelName] | None:
    """The model that the one statement in `sql` would delete, and how; None for anything else.

    A path without a dataset is in `default_dataset`, one without a project in `default_project`.
    """
    kind, path = _read(sql)
    if kind is None or kind is RefusedStatement.DROP_SCHEMA:
        return None
    name = _model(path, default_project, default_dataset)
    return (kind, name) if name else None


def dataset_of_statement(sql: str, default_project: str) -> DatasetName | None:
    """The dataset that the one statement in `sql`, a DROP SCHEMA, would delete; None for others."""
    kind, path = _read(sql)
    if kind is not RefusedStatement.DROP_SCHEMA:
        return None
    project, _, dataset = path.rpartition(".")
    try:
        return DatasetName(project=project or default_project, dataset=dataset)
    except ValueError:
        return None


def _read(sql: str) -> tuple[RefusedStatement | None, str]:
    """The head of the only statement, and the path after it; no head if there are more."""
    tokens = _tokens(sql)
    kind, first = _head(tokens)
    if kind is None:
        return None, ""
    path, after = _path(first, tokens)
    if not (_goes_on(kind, after) and _is_alone(chain([after], tokens))):
        return None, ""
    return kind, path


def _goes_on(kind: RefusedStatement, after: _Token) -> bool:
    """Whether such a statement may have this token after the path."""
    is_over = after in (_END, _STOP)
    match kind:
        case RefusedStatement.DROP_MODEL:
            return is_over
        case RefusedStatement.DROP_SCHEMA:  # CASCADE or RESTRICT
            return is_over or after[0] == "word"
        case _:  # a CREATE goes on with a word, such as OPTIONS
            return after[0] == "word"


def _tokens(sql: str) -> Iterator[_Token]:
    """The tokens without blanks and comments, then `_END`; an unclosed text ends in `_UNCLOSED`."""
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or ""
        if kind == "open":
            yield _UNCLOSED
            return
        if kind != "blank":
            yield kind, match[0]
    yield _END


def _head(tokens: Iterator[_Token]) -> tuple[RefusedStatement | None, _Token]:
    """The kind of statement by its first words, and the token after them."""
    words: list[str] = []
    for token in tokens:
        word = token[1].upper() if token[0] == "word" else ""
        words.append(word)
        if not any(head[: len(words)] == tuple(words) for head in _HEADS):
            return _HEADS.get(tuple(words[:-1])), token
    return None, _END


def _path(first: _Token, tokens: Iterator[_Token]) -> tuple[str, _Token]:
    """The path that begins with a token, without its quotes, and the token after it."""
    parts, token = [], first
    while token[0] in ("word", "quoted"):
        parts.append(token[1].strip("`"))
        token = next(tokens, _END)
        if token != ("sign", "."):
            return ".".join(parts), token
        token = next(tokens, _END)
    return "", token


def _is_alone(rest: Iterator[_Token]) -> bool:
    """Whether the statement is closed, and no other follows."""
    for token in rest:
        if token == _STOP:
            break
        if token == _UNCLOSED:
            return False
    return all(token in (_STOP, _END) for token in rest)


def _model(path: str, project: str, dataset: DatasetName | None) -> ModelName | None:
    # From the right: the id of a project may have dots, example.com:shop.
    match path.rsplit(".", 2):
        case [model] if dataset:
            parts = (dataset.project, dataset.dataset, model)
        case [inner, model]:
            parts = (project, inner, model)
        case [outer, inner, model]:
            parts = (outer, inner, model)
        case _:
            return None
    try:
        return ModelName(project=parts[0], dataset=parts[1], model=parts[2])
    except ValueError:
        return None
