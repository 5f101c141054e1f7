"""The kinds of single values that a policy document may hold.

A description's first sentence also ends the message about a value that is not accepted: it says
what would be right.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared.marks import OWNER
from shared.templates import FIELDS

TEMPLATE_LIMIT = 512
DEFAULT_ID = "{dataset}-{model}"

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
        description=f"A template of up to {TEMPLATE_LIMIT} characters, such as {{labels.stage}}. "
        f"Fields: {FIELDS}."
    ),
]
IdTemplate = Annotated[
    _Text,
    Meta(
        description=f"A template of the Vertex model id: {DEFAULT_ID}, with constants around it. "
        "No two models under one rule can then share an id.",
        extra_json_schema={"default": DEFAULT_ID},
    ),
]
SharedIdTemplate = Annotated[
    _Text,
    Meta(
        description="A template of the Vertex model id, instead of id. Models for which it renders "
        "alike become versions of one Vertex model."
    ),
]
Glob = Annotated[str, Meta(min_length=1, max_length=1024)]
Globs = Glob | Annotated[list[Glob], Meta(min_length=1, max_length=100)]
LabelGlob = Annotated[str, Meta(max_length=1024)]
OnlyTrue = Annotated[bool, Meta(description="Only true.", extra_json_schema={"const": True})]
OnlyFalse = Annotated[bool, Meta(extra_json_schema={"const": False})]
