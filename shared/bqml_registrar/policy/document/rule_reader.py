"""From a rule as it is written to a rule as it is applied, with what its structure cannot show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET

from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.policy.decide import FIELD_ORDER
from bqml_registrar.policy.document.cleanup_reader import cleanup_rules
from bqml_registrar.policy.document.condition_schema import check_globs, of_globs, on_labels
from bqml_registrar.policy.document.problems import Problems
from bqml_registrar.policy.document.schema import MatchDocument, RegisterDocument, RuleDocument
from bqml_registrar.policy.document.values import DEFAULT_ID
from bqml_registrar.policy.document.yaml_lines import NodePath
from bqml_registrar.policy.rules import Match, RegisterAs, Rule
from bqml_registrar.policy.templates import Template

# Longer constants would leave no room for the names: an id has 63 characters.
_ID_CONSTANTS = 30
_ID_CONSTANT = re.compile(r"[a-z0-9_-]*")

# A rule and its number in the list; rules that are broken in themselves are not among them.
NumberedRules = Sequence[tuple[int, RuleDocument]]


def rules_of(
    problems: Problems, documents: NumberedRules, cleanup: CleanupRules
) -> tuple[Rule, ...]:
    """The rules in order, over `cleanup` where they say nothing of that.

    What is wrong with them, alone or together, is added to `problems`.
    """
    rules = [
        _rule(problems, ("rules", number), document, cleanup) for number, document in documents
    ]
    numbered = [(number, rule) for (number, _), rule in zip(documents, rules, strict=True)]
    _check_names(problems, numbered)
    _check_reachable(problems, numbered)
    return tuple(rules)


def _rule(
    problems: Problems, path: NodePath, document: RuleDocument, cleanup: CleanupRules
) -> Rule:
    register = document.register
    if register is True:
        hint = "write {} to register with the defaults, or false to keep models out"
        problems.add((*path, "register"), f"true is not accepted; {hint}")
    as_document = register if isinstance(register, RegisterDocument) else None
    return Rule(
        name=document.name,
        match=_match(problems, (*path, "match"), document.match),
        register=_register(problems, (*path, "register"), as_document) if as_document else None,
        versions_of=as_document is not None and as_document.versions_of is not UNSET,
        cleanup=cleanup_rules(problems, (*path, "cleanup"), document.cleanup, cleanup),
    )


def _match(problems: Problems, path: NodePath, document: MatchDocument) -> Match:
    written = {name: getattr(document, name) for name in FIELD_ORDER}
    fields = {name: globs for name, globs in written.items() if globs is not UNSET}
    for name, globs in fields.items():
        check_globs(problems, (*path, name), globs)
    return Match(
        fields={name: of_globs(globs) for name, globs in fields.items()},
        labels=on_labels(problems, (*path, "labels"), document.labels),
    )


def _register(problems: Problems, path: NodePath, document: RegisterDocument) -> RegisterAs:
    description = document.description
    return RegisterAs(
        model_id=_model_id(problems, path, document),
        aliases=tuple(
            _template(problems, (*path, "aliases", number), text)
            for number, text in enumerate(document.aliases)
        ),
        labels={
            key: _template(problems, (*path, "labels", key), text)
            for key, text in document.labels.items()
        },
        description=_template(problems, (*path, "description"), description)
        if isinstance(description, str)
        else None,
    )


def _model_id(problems: Problems, path: NodePath, document: RegisterDocument) -> Template:
    if isinstance(document.versions_of, str):
        if document.id is not UNSET:
            problems.add((*path, "versions_of"), "stands beside id; keep one of the two")
        return _id_template(problems, (*path, "versions_of"), document.versions_of)
    text = document.id if isinstance(document.id, str) else DEFAULT_ID
    template = _id_template(problems, (*path, "id"), text)
    if not template.is_injective:
        problems.add(
            (*path, "id"),
            f"two models could share the id {text!r}; write {DEFAULT_ID} with constants around it, "
            "or versions_of where models are meant to become versions of one",
        )
    return template


def _id_template(problems: Problems, path: NodePath, text: str) -> Template:
    template = _template(problems, path, text)
    constants = [constant for constant, _ in template.parts]
    if not all(_ID_CONSTANT.fullmatch(constant) for constant in constants):
        problems.add(path, f"{text!r} is not an id; between fields write a-z, 0-9, _ and - only")
    if constants and re.match(r"[0-9-]", constants[0]):
        problems.add(path, f"{text!r} is not an id; begin with a letter, _ or a field")
    if sum(map(len, constants)) > _ID_CONSTANTS:
        problems.add(path, f"{text!r} is too long; keep constants to {_ID_CONSTANTS} characters")
    return template


def _template(problems: Problems, path: NodePath, text: str) -> Template:
    try:
        template = Template.parse(text)
    except ValueError as error:
        problems.add(path, str(error))
        return Template(text, ())
    for field in template.fields:
        if field != field.lower():
            meant = f"did you mean {{{field.lower()}}}?"
            problems.add(path, f"{{{field}}} has no value; keys of labels are lower case; {meant}")
    return template


def _check_names(problems: Problems, rules: list[tuple[int, Rule]]) -> None:
    first: dict[str, int] = {}
    for number, rule in rules:
        other = first.setdefault(rule.name, number)
        if other != number:
            problems.add(
                ("rules", number, "name"), f"also the name of rules[{other}]; choose another"
            )


def _check_reachable(problems: Problems, rules: list[tuple[int, Rule]]) -> None:
    catch_all = ""
    first: dict[object, str] = {}
    for number, rule in rules:
        here = f"rules[{number}] ({rule.name})"
        same = first.setdefault(_comparable(rule.match), here)
        if catch_all:
            problems.add(
                ("rules", number), f"never reached: {catch_all} matches all; move it before that"
            )
        elif same != here:
            problems.add(
                ("rules", number), f"never reached: {same} has the same match; keep one of the two"
            )
        elif _matches_all(rule.match):
            catch_all = here


def _comparable(match: Match) -> object:
    """Equal for matches that ask the same, whatever the order of keys and globs."""
    named = [*match.fields.items(), *((f"labels.{key}", c) for key, c in match.labels.items())]
    return frozenset((name, frozenset(c.globs), c.present) for name, c in named)


def _matches_all(match: Match) -> bool:
    return not match.labels and all(
        any(not glob.strip("*") for glob in condition.globs) for condition in match.fields.values()
    )
