"""Whether a policy can ever ask for the jobs that created models: then jobs may have to be listed."""

from __future__ import annotations

from collections.abc import Iterator

from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import LabelPolicy, RegisterAs, Rule
from bqml_registrar.policy.templates import Template


def asks_for_jobs(policy: LabelPolicy) -> bool:
    """Whether any model's decision or clean-up can depend on its creating job."""
    labels_are_of_jobs = Source.JOB in policy.label_sources
    return any(
        name == "creator" or name.startswith("job.") or (labels_are_of_jobs and _is_label(name))
        for name in _fields_asked(policy)
    )


def _is_label(field: str) -> bool:
    """Whether a field is a label from the policy's sources."""
    return field.startswith("labels.")


def _fields_asked(policy: LabelPolicy) -> Iterator[str]:
    """The fields that rules match, render, or protect by."""
    yield from (f"labels.{key}" for key in policy.cleanup.protect.labels)
    for rule in policy.rules:
        yield from rule.match.fields
        yield from (f"labels.{key}" for key in rule.match.labels)
        yield from (f"labels.{key}" for key in rule.cleanup.protect.labels)
        yield from (field for template in _templates(rule) for field in template.fields)


def _templates(rule: Rule) -> Iterator[Template]:
    register: RegisterAs | None = rule.register
    if register:
        yield register.model_id
        yield from register.aliases
        yield from register.labels.values()
        yield from (register.description,) if register.description else ()
