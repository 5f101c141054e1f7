"""Reads the label policy: YAML in, `LabelPolicy` out, or every problem with its line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.policy.document.cleanup_reader import cleanup_rules
from bqml_registrar.policy.document.cleanup_schema import CleanupDocument
from bqml_registrar.policy.document.problems import PolicyError, Problems, problem_line
from bqml_registrar.policy.document.rule_reader import NumberedRules, rules_of
from bqml_registrar.policy.document.schema import PolicyDocument, RuleDocument
from bqml_registrar.policy.document.yaml_lines import YamlError, read_yaml
from bqml_registrar.policy.rules import LabelPolicy

__all__ = ["PolicyError", "load_policy", "parse_policy"]

_MAX_BYTES = 1024 * 1024


def load_policy(path: Path) -> LabelPolicy:
    """The policy in a file; PolicyError if it cannot be read or used."""
    file = str(path)
    try:
        with path.open("rb") as opened:
            raw = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise PolicyError([f"{file}: not read: {why}; name a file that can be read"]) from None
    if len(raw) > _MAX_BYTES:
        raise PolicyError([f"{file}: larger than 1 MiB; a policy is a page or two"])
    try:
        return parse_policy(raw.decode("utf-8"), file)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyError([f"{file}:{line}: not UTF-8; save the file as UTF-8"]) from None


def parse_policy(text: str, file: str) -> LabelPolicy:
    """The policy in a text; PolicyError, naming `file`, if it cannot be used."""
    try:
        document = read_yaml(text)
    except YamlError as error:
        raise PolicyError([problem_line(file, error.problem)]) from None
    problems = Problems(file, document)
    policy = _policy(problems, document.value)
    problems.raise_if_any()
    return policy


def _policy(problems: Problems, value: object) -> LabelPolicy:
    try:
        document = msgspec.convert(value, PolicyDocument)
        rules: NumberedRules = list(enumerate(document.rules))
    except msgspec.ValidationError:
        # Loaded for a refused policy alone: it would cost every start.
        from bqml_registrar.policy.document.explain import explain  # noqa: PLC0415

        explain(problems, (), value, PolicyDocument)
        document = PolicyDocument(version=1, rules=(), cleanup=_sound_cleanup(value))
        rules = _sound_rules(_list(value, "rules"))
    _check_sources(problems, _list(value, "label_sources"))
    cleanup = cleanup_rules(problems, ("cleanup",), document.cleanup, CleanupRules())
    return LabelPolicy(
        rules=rules_of(problems, rules, cleanup),
        label_sources=document.label_sources,
        constants=document.constants,
        cleanup=cleanup,
    )


def _list(value: object, key: str) -> list[object]:
    written = value.get(key) if isinstance(value, dict) else None
    return written if isinstance(written, list) else []


def _sound_rules(written: list[object]) -> NumberedRules:
    """The rules with nothing wrong in their structure, to be checked for the rest all the same."""
    sound = []
    for number, rule in enumerate(written):
        with suppress(msgspec.ValidationError):
            sound.append((number, msgspec.convert(rule, RuleDocument)))
    return sound


def _sound_cleanup(value: object) -> CleanupDocument:
    """The clean-up rules, likewise; nothing where something is wrong in their structure."""
    written = value.get("cleanup", {}) if isinstance(value, dict) else {}
    with suppress(msgspec.ValidationError):
        return msgspec.convert(written, CleanupDocument)
    return CleanupDocument()


def _check_sources(problems: Problems, sources: list[object]) -> None:
    for number, source in enumerate(sources):
        if source in sources[:number]:
            problems.add(("label_sources", number), f"{source} stands before; name a source once")
