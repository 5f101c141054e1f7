"""The kinds of single values that a policy document may hold.

A description's first sentence also ends the message about a value that is not accepted: it says
what would be right.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from string import ascii_letters, ascii_lowercase, digits
from typing import Annotated

from msgspec import Meta

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.policy.templates import FIELDS
from bqml_registrar.resources.capabilities import MODEL_TYPES

TEMPLATE_LIMIT = 512
DEFAULT_ID = "{dataset}-{model}"

_MULTI_REGIONS = ("US", "EU")
# A set as fnmatch reads it: a ] right after [ or [! belongs to it.
_SET = re.compile(r"\[!?+\]?+[^]]*+\]")
_PART = re.compile(rf"{_SET.pattern}|.", re.DOTALL)

# `$` alone would let a line break at the end pass.
_END = r"$(?!\n)"

RuleName = Annotated[
    str,
    Meta(
        pattern=rf"^[a-z][a-z0-9-]{{0,61}}{_END}",
        description="A lower-case name such as production-models: letters, digits, hyphens, up to "
        "62. It is unique in the policy, stands in logs and events, and labels the model.",
    ),
]
SourceKey = Annotated[
    str,
    Meta(
        pattern=rf"^(?!{OWNER})[^\sA-Z.{{}}]{{1,63}}{_END}",
        description="A label's key as BigQuery has it: lower case, up to 63 characters, not "
        f"beginning with {OWNER}.",
    ),
]
RetireKey = Annotated[
    str,
    Meta(
        pattern=rf"^(?!{OWNER})[a-z\u0080-\uffff][a-z0-9_\u0080-\uffff-]{{0,62}}{_END}",
        description="A label's key as BigQuery has it: lower-case letters, digits, _ and -, "
        f"beginning with a letter, up to 63, not beginning with {OWNER}.",
    ),
]
LabelText = Annotated[
    str,
    Meta(
        pattern=rf"^[a-z0-9_\u0080-\uffff-]{{0,63}}{_END}",
        description="A label's value: lower-case letters, digits, _ and -, up to 63 characters.",
    ),
]
RegistryKey = Annotated[
    str,
    Meta(
        pattern=rf"^(?!goog-|vertex-ai-|{OWNER})[a-z][a-z0-9_-]{{0,62}}{_END}",
        description="A label's key: lower-case letters, digits, _ and -, beginning with a letter, "
        f"up to 63, not beginning with goog-, vertex-ai- or {OWNER}.",
    ),
]
_Text = Annotated[str, Meta(min_length=1, max_length=TEMPLATE_LIMIT)]
TemplateText = Annotated[
    _Text,
    Meta(
        description=f'A template of up to {TEMPLATE_LIMIT} characters, such as "{{labels.stage}}", '
        f"in quotes. Fields: {FIELDS}."
    ),
]
IdTemplate = Annotated[
    _Text,
    Meta(
        description=f'A template of the Vertex model id: "{DEFAULT_ID}", in quotes, with constants '
        "around it. No two models under one rule can then share an id.",
        extra_json_schema={"default": DEFAULT_ID},
    ),
]
SharedIdTemplate = Annotated[
    _Text,
    Meta(
        description='A template of the Vertex model id, such as "{labels.family}", in quotes; it '
        "stands instead of id. Models for which it renders alike become versions of one Vertex model."
    ),
]
Glob = Annotated[str, Meta(min_length=1, max_length=1024)]
Globs = Glob | Annotated[list[Glob], Meta(min_length=1, max_length=100)]
LabelGlob = Annotated[str, Meta(max_length=1024)]
OnlyTrue = Annotated[bool, Meta(description="Only true.", extra_json_schema={"const": True})]
OnlyFalse = Annotated[bool, Meta(extra_json_schema={"const": False})]


def never_fits(field: str, glob: str) -> str:
    """Why no value of a match field can fit a glob, and what would be right; "" if one can."""
    bare = _SET.sub("", glob)
    if "[" in bare:
        return "has a [ that is not closed; write ] after the set of characters"
    if field == "aliases":
        return _fits_no_alias(glob)
    if field == "dataset" and (strange := re.search(r"[^A-Za-z0-9_*?]", bare)):
        return f"fits no dataset; a name has letters, digits and _, but no {strange[0]}"
    if field == "model_type" and not _fits_any(glob, MODEL_TYPES) and (meant := _type_like(glob)):
        return f"fits no model type of BigQuery's REST API; did you mean {meant}?"
    if field == "location" and not _fits_any(glob, _MULTI_REGIONS):
        meant = glob.upper() if glob.upper() in _MULTI_REGIONS else glob.lower()
        if meant.upper() in _MULTI_REGIONS or bare != bare.lower():
            return f"fits no location as BigQuery writes it; did you mean {meant}?"
    return ""


def _fits_no_alias(glob: str) -> str:
    """By Model.version_aliases in the API: `[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]`."""
    parts = _PART.findall(glob)
    single = [part for part in parts if part != "*"]
    for part in single:
        if not _admits(part, f"{ascii_letters}{digits}-"):
            return f"fits no alias; one has letters, digits and -, but no {part}; write - or ?"
    if not (_admits(parts[0], ascii_lowercase) and _admits(parts[-1], ascii_lowercase + digits)):
        if glob != glob.lower() and not _fits_no_alias(glob.lower()):
            return f"fits no alias as the registry writes it; did you mean {glob.lower()}?"
        return "fits no alias; one begins with a lower-case letter and does not end in -"
    return (
        ""
        if parts != single[:1] and len(single) <= 128
        else "fits no alias; one has 2 to 128 characters"
    )


def _admits(part: str, characters: str) -> bool:
    return any(fnmatchcase(character, part) for character in characters)


def _fits_any(glob: str, values: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, glob) for value in values)


def _type_like(glob: str) -> str:
    """The known type that was meant; "" for one that may be newer than this release."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something may be wrong

    capitals = glob.upper()
    if _fits_any(capitals, MODEL_TYPES):
        return capitals
    sql = capitals.replace("_REG", "_REGRESSION") if capitals.endswith("_REG") else capitals
    return next(iter(get_close_matches(sql[:80], MODEL_TYPES, n=1, cutoff=0.85)), "")
