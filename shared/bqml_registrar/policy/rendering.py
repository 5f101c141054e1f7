"""Renders what the registry shall hold, from a matched rule and the facts."""

from __future__ import annotations

from collections.abc import Mapping

from bqml_registrar.policy.facts import Facts, OriginUnknownError, labels_of, model_of, origin_of
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.policy.templates import Template
from bqml_registrar.reasons import Reason


def label(key: str, policy: LabelPolicy, facts: Facts) -> str | None:
    """A label's value from the first source that has the key; then the policy's constants."""
    for source in policy.label_sources:
        labels = labels_of(facts, source)
        if key in labels:
            return labels[key]
    return policy.constants.get(key)


def field_value(name: str, policy: LabelPolicy, facts: Facts) -> str | None:
    """The value of a match field or of a template's field."""
    match name.split(".", 2):
        case ["project" | "dataset" | "model"]:
            return str(getattr(facts.name, name))
        case ["location" | "model_type"]:
            return str(getattr(model_of(facts), name))
        case ["labels", key]:
            return label(key, policy, facts)
        case ["creator"] | ["job", "creator"]:
            return origin_of(facts).creator
        case ["job", "labels", key]:
            return origin_of(facts).labels.get(key)
    raise ValueError(f"unknown field {name!r}")


class Renderer:
    """Renders templates over one model's facts and records what had no value.

    `missing` maps a template's text to the reason why it could not be rendered.
    """

    def __init__(self, policy: LabelPolicy, facts: Facts) -> None:
        self._policy = policy
        self._facts = facts
        self.missing: dict[str, Reason] = {}

    def text(self, template: Template | None) -> str:
        """The rendered text; empty if there is no template or a field has no value."""
        if template is None:
            return ""
        try:
            text = template.render(lambda name: field_value(name, self._policy, self._facts))
        except OriginUnknownError:
            self.missing[template.text] = Reason.ORIGIN_UNKNOWN
            return ""
        if text is None:
            self.missing[template.text] = Reason.LABEL_MISSING
        return text or ""

    def texts(self, templates: Mapping[str, Template]) -> dict[str, str]:
        """Rendered texts by key, without those that have no value."""
        rendered = {key: self.text(template) for key, template in templates.items()}
        return {key: text for key, text in rendered.items() if text}
