"""docs/policy.md and policy.yaml, run: every example policy, decision, sanitised text and message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from msgspec.structs import asdict

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.policy import vertex_ids
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.cleanup_rules import CleanupRules, Retirement
from bqml_registrar.policy.decide import decide
from bqml_registrar.policy.decisions import Decision, Needs, Register, Reject, Skip
from bqml_registrar.policy.document.cleanup_schema import (
    CleanupDocument,
    ProtectDocument,
    RetireDocument,
)
from bqml_registrar.policy.document.policy_file import PolicyError, load_policy, parse_policy
from bqml_registrar.policy.document.yaml_lines import read_yaml
from bqml_registrar.policy.facts import Facts, OriginUnknown
from bqml_registrar.resources.models import Origin
from tests.builders import a_model
from tools.document_schemas import policy_json_schema

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "policy.md"
SCHEMA = Draft202012Validator(policy_json_schema())

Row = dict[str, str]


@dataclass
class Example:
    """A fenced block with the comment on the line before it, and what belongs to it."""

    line: int
    kind: str
    said: str
    text: str
    message: str = ""


def fenced() -> Iterator[Example]:
    lines = PAGE.read_text().splitlines()
    numbers = iter(range(len(lines)))
    for number in numbers:
        if opened := re.fullmatch(r"```(\w+)", lines[number]):
            end = lines.index("```", number + 1)
            comment = re.fullmatch(r"<!-- (.+) -->", lines[number - 1])
            said = comment[1] if comment else ""
            yield Example(number + 1, opened[1], said, "\n".join(lines[number + 1 : end]))
            while next(numbers) < end:
                pass


def examples() -> list[Example]:
    found: list[Example] = []
    for block in fenced():
        if block.kind == "text":
            found[-1].message = block.text
        else:
            found.append(block)
    return found


def tables(marker: str) -> Iterator[tuple[int, str, Row]]:
    """The rows of each table under a comment that begins with `marker`, by heading."""
    lines = PAGE.read_text().splitlines()
    for number, line in enumerate(lines):
        if comment := re.fullmatch(rf"<!-- {marker}(.*) -->", line):
            heads = cells(lines[number + 1])
            for offset, row in enumerate(lines[number + 3 :], start=number + 4):
                if not row.startswith("|"):
                    break
                values = dict(zip(heads, cells(row), strict=True))
                yield offset, comment[1], values


def cells(row: str) -> list[str]:
    return [cell.strip().strip("`") for cell in row.strip("|").split("|")]


EXAMPLES = examples()
WHOLE = [example for example in EXAMPLES if not example.said]
BROKEN = [example for example in EXAMPLES if example.said.startswith("broken: ")]
DECISIONS = [(line, row) for line, _, row in tables("decisions")]
CLEANUPS = [(line, row) for line, _, row in tables("clean-ups")]
SANITISED = list(tables("sanitised: "))


def labels(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in re.split(r"[, ]+", text) if pair)


def facts_of(row: Row) -> Facts:
    dataset, model = row["Model"].split(".")
    name = ModelName(project="analytics-dev", dataset=dataset, model=model)
    creator, _, of_job = row.get("Job", "").partition(" ")
    job = JobName(project="analytics-dev", job="job_1")
    return Facts(
        name=name,
        model=a_model(
            name=name,
            labels=labels(row.get("Labels", "")),
            model_type=row.get("Type", "LINEAR_REGRESSION"),
        ),
        origin=OriginUnknown.NOT_FOUND
        if row.get("Job") == "not found"
        else Origin(job=job, creator=creator, labels=labels(of_job)),
        dataset_labels=labels(row.get("Dataset labels", "")),
    )


def as_row(decision: Decision | Needs) -> Row:
    assert not isinstance(decision, Needs)
    ended = {Skip: "skipped", Reject: "rejected"}.get(type(decision), "")
    several = len(decision.reason.outcomes) > 1
    row = {
        "Decision": decision.reason.name + (f"`, {ended}" if several else ""),
        "Id": "",
        "Aliases": "",
        "Labels set": "",
        "Left out": "",
    }
    if isinstance(decision, Register):
        row |= {"Id": decision.model_id, "Aliases": ", ".join(decision.aliases)}
        row["Labels set"] = ", ".join(f"{key}={value}" for key, value in decision.labels.items())
        row["Left out"] = ", ".join(decision.missing)
    return row


def as_cleanup_row(found: RuleFound) -> Row:
    rules = found.cleanup
    share = rules.protect.traffic_share
    return {
        "Rule": found.name,
        "Refused delete": rules.on_refused_delete,
        "Retire label": rules.retirement.label if rules.retirement else "",
        "Protecting labels": ", ".join(rules.protect.labels),
        "Protecting aliases": ", ".join(rules.protect.aliases),
        "Traffic share": "" if share is None else str(share),
    }


def policy_before(line: int) -> str:
    return next(example.text for example in reversed(WHOLE) if example.line < line)


def test_the_page_has_examples_of_each_kind() -> None:
    kinds = {example.said.partition(":")[0] for example in EXAMPLES}

    assert kinds == {"", "broken", "fragment"}
    assert len(WHOLE) >= 6
    assert len(DECISIONS) >= 15
    assert len(CLEANUPS) >= 3
    assert len(SANITISED) >= 8


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line-{example.line}")
def test_every_block_is_yaml(example: Example) -> None:
    assert example.kind == "yaml"
    assert read_yaml(example.text).problems == []


@pytest.mark.parametrize("example", WHOLE, ids=lambda example: f"line-{example.line}")
def test_an_example_is_a_policy_and_fits_the_schema(example: Example) -> None:
    parse_policy(example.text, "policy.yaml")

    SCHEMA.validate(read_yaml(example.text).value)


@pytest.mark.parametrize("example", BROKEN, ids=lambda example: f"line-{example.line}")
def test_a_broken_example_is_refused_in_the_words_of_the_page(example: Example) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(example.text, "policy.yaml")

    assert example.said.removeprefix("broken: ") in str(refused.value)
    assert str(refused.value) == (example.message or str(refused.value))


@pytest.mark.parametrize(
    ("line", "row"), DECISIONS, ids=[f"{row['Decision']}-{line}" for line, row in DECISIONS]
)
def test_a_decision_is_as_the_page_says(line: int, row: Row) -> None:
    decision = decide(parse_policy(policy_before(line), "policy.yaml"), facts_of(row))
    told = as_row(decision)

    assert {head: told[head] for head in row if head in told} == {
        head: cell for head, cell in row.items() if head in told
    }


@pytest.mark.parametrize(
    ("line", "row"), CLEANUPS, ids=[f"{row['Rule']}-{line}" for line, row in CLEANUPS]
)
def test_the_rules_of_a_clean_up_are_as_the_page_says(line: int, row: Row) -> None:
    found = cleanup_rule(parse_policy(policy_before(line), "policy.yaml"), facts_of(row))

    assert isinstance(found, RuleFound)
    assert as_cleanup_row(found) == {
        head: cell for head, cell in row.items() if head not in {"Model", "Labels"}
    }


@pytest.mark.parametrize(
    ("function", "row"),
    [(function, row) for _, function, row in SANITISED],
    ids=[f"line-{line}" for line, _, _ in SANITISED],
)
def test_a_text_is_sanitised_as_the_page_says(function: str, row: Row) -> None:
    rendered, expected = row.values()

    expected = expected.replace("HASH", vertex_ids.short_hash(rendered))
    assert getattr(vertex_ids, function)(rendered) == expected


def test_the_shipped_policy_is_valid_and_fits_the_schema() -> None:
    policy = load_policy(ROOT / "policy.yaml")

    SCHEMA.validate(read_yaml((ROOT / "policy.yaml").read_text()).value)
    assert [rule.name for rule in policy.rules] == ["production-models"]


def written_cleanup(text: str) -> dict[str, object]:
    return dict(yaml.safe_load(text)["cleanup"])


def test_the_shipped_policy_only_announces_refusals() -> None:
    policy = load_policy(ROOT / "policy.yaml")

    assert policy.cleanup == CleanupRules()
    assert all(rule.cleanup == CleanupRules() for rule in policy.rules)


def test_the_shipped_policy_is_valid_with_all_that_is_commented_out() -> None:
    text = (ROOT / "policy.yaml").read_text()
    whole = re.sub(r"^(\s*)# (constants:|cleanup:|- name:|  )", r"\1\2", text, flags=re.MULTILINE)
    policy = parse_policy(whole, "policy.yaml")

    SCHEMA.validate(read_yaml(whole).value)
    assert set(written_cleanup(whole)) == set(CleanupDocument.__struct_fields__)
    assert [rule.name for rule in policy.rules] == [
        "no-scratch",
        "production-models",
        "families",
        "nightly",
    ]


def test_the_shipped_policy_names_its_schema_in_the_first_line() -> None:
    first = (ROOT / "policy.yaml").read_text().splitlines()[0]

    assert first == "# yaml-language-server: $schema=schemas/policy.schema.json"


def test_the_table_of_reasons_has_its_place() -> None:
    assert re.search(
        r"^<!-- generated: reasons -->\n(.*\n)*<!-- /generated: reasons -->$",
        PAGE.read_text(),
        re.MULTILINE,
    )


def test_the_page_has_every_key_of_the_clean_up_and_what_holds_without_it() -> None:
    section = PAGE.read_text().partition("\n## `cleanup`\n")[2].partition("\n## ")[0]
    kinds = (CleanupDocument, RetireDocument, ProtectDocument)
    defaults = {**asdict(CleanupRules()), **asdict(Retirement()), "protect": None}
    shown = {True: "`{}` |", False: "{} |"}

    for key in [key for kind in kinds for key in kind.__struct_fields__]:
        default = defaults.get(key)
        column = "" if default is None else shown[isinstance(default, str)].format(default)
        assert f"\n| `{key}` | {column}" in section, key
