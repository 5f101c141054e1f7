"""Clean-up rules that are refused: the line and words of each, and globs that no alias fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator

from bqml_registrar.policy.document.yaml_lines import read_yaml
from tests.unit.policy.document.texts import at_the_top, problems_of
from tools.document_schemas import policy_json_schema

SCHEMA = Draft202012Validator(policy_json_schema())


def of_a_rule(cleanup: str) -> str:
    """A policy of one rule, whose clean-up rules stand on line 3."""
    return f"version: 1\nrules:\n  - {{name: a, register: {{}}, cleanup: {cleanup}}}"


# What is wrong in the structure: the schema refuses it as well.
WRONG = {
    "retire: true": (
        "retire: true is not accepted; write {} to follow the label retire, with 14 days of grace, "
        "or false to follow none"
    ),
    "retire: yes": (
        "retire: yes is not accepted; write {} to follow the label retire, with 14 days of grace, "
        "or false to follow none"
    ),
    "retire: sunset": (
        'retire: "sunset" is not accepted; expected a mapping with label and grace_days, or false to '
        "follow no retire label"
    ),
    "retire: {label: bqml-registrar-retire}": (
        'retire.label: "bqml-registrar-retire" is not accepted; expected a label\'s key as BigQuery '
        "has it: lower-case letters, digits, _ and -, beginning with a letter, up to 63, not beginning "
        "with bqml-registrar"
    ),
    "retire: {days: 14}": "retire.days: unknown key; known here: label, grace_days",
    "retire: {grace_days: 366}": (
        "retire.grace_days: 366 is not accepted; expected a whole number of days from 0 to 365"
    ),
    "protect: true": (
        "protect: true is not accepted; write what protects, such as {aliases: champion}, or false "
        "for no protection"
    ),
    "protect: {}": (
        "protect: says nothing of what protects; write labels, aliases or traffic_share, or false "
        "for no protection"
    ),
    "protect: {labels: {}}": (
        "protect.labels: an empty mapping is not accepted; expected a mapping of label keys to "
        "conditions"
    ),
    "protect: {aliases: []}": (
        "protect.aliases: an empty list is not accepted; expected a glob for aliases of versions, or "
        "a list of globs"
    ),
    "protect: {labels: {hold: true}}": (
        'protect.labels.hold: true is not read as text; write "true" in quotes'
    ),
    "protect: {labels: {hold: {}}}": (
        "protect.labels.hold: it cannot be decided; write {present: true} or {absent: true}"
    ),
    'protect: {traffic_share: "50"}': (
        'protect.traffic_share: "50" is not read as a number; write 50, the number alone'
    ),
    "protect: {traffic_share: 50%}": (
        'protect.traffic_share: "50%" is not read as a number; write 50, the number alone'
    ),
    "protect: {traffic_share: 101%}": (
        'protect.traffic_share: "101%" is not accepted; expected a whole number from 0 to 100, in '
        "percent"
    ),
    "protect: {traffic_share: 0.5}": (
        "protect.traffic_share: 0.5 is not accepted; expected a whole number from 0 to 100, in percent"
    ),
    "protect: {traffic_share: true}": (
        "protect.traffic_share: true is not accepted; expected a whole number from 0 to 100, in "
        "percent"
    ),
    "on_refused_delete: undeploy_and_retri": (
        'on_refused_delete: "undeploy_and_retri" is not accepted; did you mean undeploy_and_retry?'
    ),
    "on_refused_delete: Undeploy-And-Retry": (
        'on_refused_delete: "Undeploy-And-Retry" is not accepted; did you mean undeploy_and_retry?'
    ),
    "on_refused_delete: drop": (
        'on_refused_delete: "drop" is not accepted; expected notify, undeploy or undeploy_and_retry'
    ),
    "on_refused_delete: true": (
        "on_refused_delete: true is not accepted; expected notify, undeploy or undeploy_and_retry"
    ),
    "on_expiration: undeploy_and_retry": (
        'on_expiration: "undeploy_and_retry" is not accepted; did you mean undeploy?'
    ),
    "emptied_endpoints: no": "emptied_endpoints: no is not accepted; expected keep or delete",
    "rest_without_traffic: equal": (
        'rest_without_traffic: "equal" is not accepted; expected stop or equal_shares'
    ),
    "expiration_horizon_hours: 721": (
        "expiration_horizon_hours: 721 is not accepted; expected a whole number of hours from 1 to 720"
    ),
    "expiration_horizon_hours: 2d": (
        'expiration_horizon_hours: "2d" is not accepted; expected a whole number of hours from 1 to 720'
    ),
    "max_intent_age_hours: 169": (
        "max_intent_age_hours: 169 is not accepted; expected a whole number of hours from 1 to 168"
    ),
    "max_undeployments: 0": (
        "max_undeployments: 0 is not accepted; expected a whole number of deployed models from 1 to "
        "1000"
    ),
    "on_refuse_delete: notify": "on_refuse_delete: unknown key; did you mean on_refused_delete?",
    "grace_days: 3": "grace_days: unknown key; belongs under retire",
    "aliases: champion": "aliases: unknown key; belongs under protect",
}
# What a schema cannot see.
WRONG_ALL_THE_SAME = {
    "protect: {aliases: prod_eu}": (
        'protect.aliases: "prod_eu" fits no alias; one has letters, digits and -, but no _; write - '
        "or ?"
    ),
    "protect: {aliases: [champion, '3']}": (
        'protect.aliases[1]: "3" fits no alias; one begins with a lower-case letter and does not end '
        "in -"
    ),
    "protect: {aliases: Champion}": (
        'protect.aliases: "Champion" fits no alias as the registry writes it; did you mean champion?'
    ),
    "protect: {aliases: 'prod-[ab'}": (
        'protect.aliases: "prod-[ab" has a [ that is not closed; write ] after the set of characters'
    ),
    "protect: {traffic_share: 014}": (
        "protect.traffic_share: 014 is read as 12; write a plain number"
    ),
    "retire: {grace_days: 1:30}": "retire.grace_days: 1:30 is read as 90; write a plain number",
    "max_undeployments: 0x10": "max_undeployments: 0x10 is read as 16; write a plain number",
}


@pytest.mark.parametrize("written", [*WRONG, *WRONG_ALL_THE_SAME])
@pytest.mark.parametrize(
    ("place", "where"),
    [(at_the_top, "policy.yaml:2: cleanup."), (of_a_rule, "policy.yaml:3: rules[0].cleanup.")],
    ids=["at the top", "of a rule"],
)
def test_what_is_wrong_is_refused_in_words_that_say_what_would_be_right(
    place: Callable[[str], str], where: str, written: str
) -> None:
    words = {**WRONG, **WRONG_ALL_THE_SAME}[written]

    assert problems_of(place(f"{{{written}}}")) == [f"{where}{words}"]


@pytest.mark.parametrize("written", WRONG)
def test_the_schema_refuses_what_is_wrong_in_the_structure(written: str) -> None:
    assert not SCHEMA.is_valid(read_yaml(at_the_top(f"{{{written}}}")).value)
    assert not SCHEMA.is_valid(read_yaml(of_a_rule(f"{{{written}}}")).value)


@pytest.mark.parametrize(
    ("cleanup", "shown"), [("", "is empty"), ("[]", "an empty list is not accepted")]
)
def test_clean_up_rules_that_are_no_mapping_are_refused(cleanup: str, shown: str) -> None:
    (problem,) = problems_of(f"version: 1\ncleanup: {cleanup}\nrules: []")

    assert problem == (
        f"policy.yaml:2: cleanup: {shown}; expected a mapping of clean-up rules, such as "
        "{on_refused_delete: undeploy}"
    )


def test_every_problem_of_clean_up_is_named_at_once_whatever_else_is_wrong() -> None:
    text = """\
version: 2
cleanup:
  retire: true
  protect: {aliases: [prod_eu, "9"]}
rules:
  - name: a
    register: {}
    cleanup:
      protect: {}
      max_undeployments: 010
  - name: b
    match: {dataset: b}
    register: {}
    cleanup: {on_expiration: never}
"""
    places = [line.partition(": ")[2].partition(": ")[0] for line in problems_of(text)]

    assert places == [
        "version",
        "cleanup.retire",
        "cleanup.protect.aliases[0]",
        "cleanup.protect.aliases[1]",
        "rules[0].cleanup.protect",
        "rules[0].cleanup.max_undeployments",
        "rules[1].cleanup.on_expiration",
    ]


# Globs of aliases.
