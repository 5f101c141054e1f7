"""docs/cleanup.md and docs/operations.md, held to the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bqml_registrar.adapters.faults import translated
from bqml_registrar.cleanup.intent.request_document import RequestDocument
from bqml_registrar.cleanup.intent.requests import read_request
from bqml_registrar.errors import RetryableError
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.messages import read_message
from bqml_registrar.wiring.settings import DELETION_TOPIC as DEFAULT_DELETION_TOPIC
from bqml_registrar.wiring.settings import RECONCILE_TOPIC as DEFAULT_RECONCILE_TOPIC
from local.cloud.topics import AUDIT_TOPIC, DEAD_LETTER_TOPICS, DELETION_TOPIC, RECONCILE_TOPIC

DOCS = Path(__file__).parents[2] / "docs"
CLEANUP = (DOCS / "cleanup.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
NOW = "2026-11-02T09:30:07Z"


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading."""
    part = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", maxsplit=1)[0]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    lines = table[0].splitlines() if table else []
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_request_that_the_page_publishes_is_one() -> None:
    found = re.search(r"--message='(\{.*?\})'", CLEANUP, re.DOTALL)
    assert found is not None

    intent = read_request(found[1].encode(), {}, NOW)

    assert str(intent.name) == "projects/analytics-dev/datasets/prod_sales/models/churn"
    assert (intent.deletes, intent.force) == (True, False)


def test_every_key_that_a_person_may_write_is_in_the_table_with_its_default() -> None:
    functions_own = {"origin", "key", "hop", "undeployed", "undeploying"}
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(CLEANUP, "Ask for a deletion")}

    assert set(told) == set(RequestDocument.__struct_fields__) - functions_own
    for key, default in told.items():
        if default != "needed":
            intent = {
                "model": "projects/analytics-dev/datasets/d/models/m",
                key: json.loads(default),
            }
            assert read_request(json.dumps(intent).encode(), {}, NOW)


@pytest.mark.parametrize("page", [CLEANUP, OPERATIONS], ids=["cleanup", "operations"])
def test_every_reason_that_a_page_names_exists(page: str) -> None:
    words = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", page))
    settings = {
        "DELIVERY_SECONDS",
        "DRY_RUN",
        "RECONCILE_PROJECTS",
        "SWEEP_ORIGIN_DAYS",
        "SWEEP_SETTLE_SECONDS",
    }

    assert words - settings <= set(Reason.__members__)


def test_the_page_has_every_reason_for_which_a_clean_up_is_blocked_or_cancelled() -> None:
    ends = {"blocked", "cancelled"}
    of_clean_up = {reason.name for reason in Reason if ends.intersection(reason.outcomes)}

    assert of_clean_up <= set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", CLEANUP))


def test_the_age_that_the_page_tells_is_the_default() -> None:
    assert f"({CleanupRules().max_intent_age_hours}, by default)" in " ".join(CLEANUP.split())


@pytest.mark.parametrize("text", [row[1] for row in rows(CLEANUP, "The words of a refusal")])
def test_the_words_that_the_page_quotes_are_understood(text: str) -> None:
    from google.api_core.exceptions import BadRequest  # noqa: PLC0415

    if text == "the same":
        return
    with pytest.raises(RetryableError) as raised, translated():
        raise BadRequest(text.strip("`"))

    assert raised.value.reason in {Reason.STILL_DEPLOYED, Reason.ENDPOINT_BUSY}


def test_the_messages_of_the_sweep_are_what_the_page_says() -> None:
    start, dataset = (row[0].strip("`") for row in rows(OPERATIONS, "The sweep"))

    assert read_message(start.encode(), "m1").is_start
    assert str(read_message(dataset.encode(), "m1").name) == (
        "projects/analytics-dev/datasets/prod_sales"
    )


def test_the_topics_of_the_page_are_those_that_are_rolled_out() -> None:
    told = {
        row[0].strip("`"): [name.strip("`") for name in re.findall(r"`[\w-]+`", " ".join(row[1:]))]
        for row in rows(OPERATIONS, "Dead letters")
    }

    assert {function: names[0] for function, names in told.items()} == DEAD_LETTER_TOPICS
    assert [names[1] for names in told.values()] == [AUDIT_TOPIC, DELETION_TOPIC, RECONCILE_TOPIC]
    assert (DELETION_TOPIC, RECONCILE_TOPIC) == (DEFAULT_DELETION_TOPIC, DEFAULT_RECONCILE_TOPIC)
