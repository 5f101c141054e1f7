"""Why msgspec refuses a policy: every part that it refuses, each with its place.

msgspec names the first problem only, and a mapping's value as `[...]`. So each part is tried on
its own, as its own type; a whole is to blame where none of its parts is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from enum import EnumType
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from bqml_registrar.policy.document.problems import NOTHING, Problems
from bqml_registrar.policy.document.yaml_lines import NodePath

_NUMBER = re.compile(r"\s*([0-9]{1,9})\s*%?\s*")


def explain(problems: Problems, path: NodePath, value: object, kind: Any) -> bool:
    """Whether msgspec refuses `value` as `kind`; if so, the problems of each part are added."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        if not _explain_parts(problems, path, value, kind):
            problems.add(path, _refusal(problems, path, value, kind))
        return True
    return False


def _explain_parts(problems: Problems, path: NodePath, value: object, kind: Any) -> bool:
    refused = []
    for alternative in _alternatives(kind):
        origin, args = get_origin(alternative), get_args(alternative)
        if isinstance(value, dict) and origin is dict:
            refused += _explain_mapping(problems, path, value, args)
        elif isinstance(value, dict) and _is_struct(alternative):
            refused += _explain_struct(problems, path, value, alternative)
        elif isinstance(value, list) and origin in {list, tuple}:
            items = enumerate(value)
            refused += [explain(problems, (*path, number), item, args[0]) for number, item in items]
    return any(refused)


def _explain_mapping(
    problems: Problems, path: NodePath, value: Mapping[str, object], kinds: tuple[Any, ...]
) -> list[bool]:
    keys = [explain(problems, (*path, key), key, kinds[0]) for key in value]
    parts = [explain(problems, (*path, key), part, kinds[1]) for key, part in value.items()]
    return keys + parts


def _explain_struct(
    problems: Problems, path: NodePath, value: Mapping[str, object], kind: Any
) -> list[bool]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    unknown = [key for key in value if key not in fields]
    missing = [name for name, field in fields.items() if field.required and name not in value]
    for key in unknown:
        problems.add((*path, key), f"unknown key; {_place_of(key, fields)}")
    for name in missing:
        problems.add((*path, name), f"missing; expected {_expected(fields[name].type)}")
    known = [(key, part) for key, part in value.items() if key in fields]
    refused = [explain(problems, (*path, key), part, fields[key].type) for key, part in known]
    return [*refused, bool(unknown or missing)]


def _refusal(problems: Problems, path: NodePath, value: object, kind: Any) -> str:
    shown = problems.shown(path, value)
    if shown == NOTHING:
        return f"is empty; expected {_expected(kind)}"
    if isinstance(value, bool | int | float) and _takes_text(kind):
        return f'{shown} is not read as text; write "{shown}" in quotes'
    if isinstance(value, str) and (number := _number_meant(value, kind)):
        return f"{shown} is not read as a number; write {number}, the number alone"
    if isinstance(value, str) and (choice := _choice_meant(value, kind)):
        return f"{shown} is not accepted; did you mean {choice}?"
    return f"{shown} is not accepted; expected {_expected(kind)}"


def _number_meant(text: str, kind: Any) -> str:
    """The number that a text holds, where the kind would take that; else ""."""
    if found := _NUMBER.fullmatch(text):
        with suppress(msgspec.ValidationError):
            return str(msgspec.convert(int(found[1]), kind))
    return ""


def _choice_meant(text: str, kind: Any) -> str:
    """The one of a kind's words that a text is like; else ""."""
    enums: list[Any] = [plain for plain in _alternatives(kind) if isinstance(plain, EnumType)]
    words = [str(word) for enum in enums for word in enum]
    return _closest(re.sub(r"[\s-]+", "_", text.strip().lower()), words)


def _expected(kind: Any) -> str:
    """The first sentence of the kind's description, as the end of another one."""
    described = [meta.description for meta in _metas(kind) if meta.description]
    texts = [*described, *(alternative.__doc__ or "" for alternative in _alternatives(kind))]
    first = texts[0].partition(". ")[0].rstrip(".")
    return first[:1].lower() + first[1:]


def _metas(kind: Any) -> list[msgspec.Meta]:
    """What is said of a kind, the outermost first; also where it is optional."""
    if get_origin(kind) in {Union, UnionType}:
        return [meta for member in get_args(kind) for meta in _metas(member)]
    metas = [meta for meta in getattr(kind, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    return metas[::-1]


def _alternatives(kind: Any) -> list[Any]:
    """The plain kinds that a kind allows."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return [plain for member in get_args(kind) for plain in _alternatives(member)]
    return [kind]


def _takes_text(kind: Any) -> bool:
    return str in _alternatives(kind)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _place_of(key: str, fields: Mapping[str, Any]) -> str:
    """Where an unknown key may have been meant to stand: one level deeper, or under a like name."""
    deeper = sorted(
        name
        for name, field in fields.items()
        for plain in _alternatives(field.type)
        if _is_struct(plain) and key in plain.__struct_fields__
    )
    return f"belongs under {' or '.join(deeper)}" if deeper else _did_you_mean(key, list(fields))


def _did_you_mean(key: str, known: list[str]) -> str:
    close = _closest(key, known)
    return f"did you mean {close}?" if close else f"known here: {', '.join(known)}"


def _closest(text: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    return next(iter(get_close_matches(text[:80], known, n=1)), "")
