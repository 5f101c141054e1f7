"""Terraform's own tests, offline. Real: the command, the google provider's schema, the archives that it
writes. Not there: Google; what it would answer comes from mocks, or is not known yet in a plan.

Where Terraform or a provider cannot be had, these tests are left out, with one line that says so.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.rollouts import plan_all
from tests.terraform.small_archives import with_small_archives
from tools.terraform.command import Terraform, TerraformError
from tools.terraform.command import terraform as terraform_on_a_copy

_LEFT_OUT = "the tests of terraform/ are left out: "
EXAMPLES = ("project", "organization")
PROVIDERS_FOLDER = "terraform/modules/subscriber"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """All that are left out in one line, instead of one for each test."""
    report = yield
    if isinstance(report.longrepr, tuple) and _LEFT_OUT in report.longrepr[2]:
        report.longrepr = (str(Path(__file__)), 1, report.longrepr[2])
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The plans of nine rollouts are one fixture: a minute of two cores, more where they are busy."""
    for item in items:
        is_here = item.path.is_relative_to(Path(__file__).parent)
        if is_here and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def terraform() -> Iterator[Terraform]:
    try:
        with terraform_on_a_copy() as command:
            command.init(PROVIDERS_FOLDER)
            yield command
    except TerraformError as error:
        pytest.skip(f"{_LEFT_OUT}{_first_line(str(error))}")


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


@pytest.fixture(scope="session")
def small_archives(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """For tests that do not ask what archives hold."""
    return with_small_archives(tmp_path_factory.mktemp("small-archives"))


@pytest.fixture(scope="session")
def rollouts(small_archives: Terraform) -> dict[str, dict[str, Any]]:
    """Name in rollouts.py -> plan of the root module, as JSON."""
    return plan_all(small_archives)


@pytest.fixture(scope="session")
def plans(terraform: Terraform) -> dict[str, dict[str, Any]]:
    """Example -> its plan, as JSON."""
    return {example: terraform.plan(example) for example in EXAMPLES}
