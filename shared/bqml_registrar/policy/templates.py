"""Templates of the policy: constant text around `{fields}` that are known of a model."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from msgspec import Struct

_LABEL_KEY = r"[\w-]{1,63}"
_FIELD = re.compile(
    rf"project|dataset|model|location|model_type|labels\.{_LABEL_KEY}|job\.creator|job\.labels\.{_LABEL_KEY}"
)

FIELDS = (
    "{project}, {dataset}, {model}, {location}, {model_type}, {labels.KEY}, {job.creator}, "
    "{job.labels.KEY}"
)


class Template(Struct, frozen=True):
    """A parsed template: (constant, field) pairs; the last field may be empty."""

    text: str
    parts: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Parse, or raise ValueError with what is wrong and what would be right."""
        try:
            parsed = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"{text!r} is not a template: {error}") from None
        for _, field, spec, conversion in parsed:
            if field is not None and (spec or conversion or not _FIELD.fullmatch(field)):
                raise ValueError(f"unknown field {{{field}}} in {text!r}; fields: {FIELDS}")
        return cls(text, tuple((constant, field or "") for constant, field, _, _ in parsed))

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(field for _, field in self.parts if field)

    @property
    def is_injective(self) -> bool:
        """Whether it is constants around exactly `{dataset}-{model}`.

        A dataset's name has no hyphen, so that no two models of a project render alike.
        """
        match self.parts:
            case ((_, "dataset"), ("-", "model")) | ((_, "dataset"), ("-", "model"), (_, "")):
                return True
        return False

    def render(self, value_of: Callable[[str], str | None]) -> str | None:
        """The text with every field replaced; None when a field has no value."""
        rendered = []
        for constant, field in self.parts:
            value = value_of(field) if field else ""
            if value is None:
                return None
            rendered.append(constant + value)
        return "".join(rendered)
