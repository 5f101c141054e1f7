"""`terraform fmt`, `validate` and `test`: the tests themselves are the .tftest.hcl files.

A test file cannot take an `override_module` from another. So none has one: those that do not ask what
archives hold run where these are small.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from local.cloud.repository import REPOSITORY
from tools.terraform.command import Terraform

TERRAFORM = REPOSITORY / "terraform"
MODULES = ("terraform/modules/source_map", "terraform/modules/subscriber")
EXAMPLES = ("terraform/examples/project", "terraform/examples/organization")
ARCHIVES = "archives.tftest.hcl"
ROOT_TESTS = sorted({path.name for path in (TERRAFORM / "tests").glob("*.tftest.hcl")} - {ARCHIVES})
pytestmark = pytest.mark.timeout(300)


def test_every_file_is_formatted(terraform: Terraform) -> None:
    done = terraform.run("terraform", "fmt", "-check", "-recursive", "-diff")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", ["terraform", *MODULES, *EXAMPLES])
def test_every_module_is_valid(terraform: Terraform, folder: str) -> None:
    done = terraform.run(folder, "validate")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ROOT_TESTS)
def test_the_root_module(small_archives: Terraform, name: str) -> None:
    passes(small_archives, "terraform", f"-filter=tests/{name}")


def test_the_archives_of_the_root_module(terraform: Terraform) -> None:
    passes(terraform, "terraform", f"-filter=tests/{ARCHIVES}")


@pytest.mark.parametrize("folder", MODULES)
def test_a_module(terraform: Terraform, folder: str) -> None:
    passes(terraform, folder)


@pytest.mark.parametrize("folder", EXAMPLES)
def test_an_example(small_archives: Terraform, folder: str) -> None:
    passes(small_archives, folder)


def passes(terraform: Terraform, folder: str, *words: str) -> None:
    """Run the tests of a folder: every run of its files, none skipped."""
    done = terraform.run(folder, "test", *words)

    told = re.search(r"^Success! (\d+) passed, 0 failed\.$", done.stdout, re.MULTILINE)
    assert told, done.stdout + done.stderr
    files = [TERRAFORM / "tests" / word.rpartition("/")[2] for word in words]
    assert int(told.group(1)) == runs(
        files or sorted((REPOSITORY / folder / "tests").glob("*.hcl"))
    )


def runs(files: list[Path]) -> int:
    return sum(len(re.findall(r'^run "', path.read_text(), re.MULTILINE)) for path in files)


def test_no_module_asks_google_during_a_plan() -> None:
    asked = [
        (path.name, kind)
        for path in TERRAFORM.rglob("*.tf")
        for kind in re.findall(r'^data "(\w+)"', path.read_text(), re.MULTILINE)
        if kind != "archive_file"
    ]

    assert not asked


def test_no_lock_file_nor_state_is_kept_in_the_repository() -> None:
    left = (
        "terraform/examples/project/.terraform.lock.hcl",
        "terraform/examples/project/.terraform/providers",
        "terraform/examples/project/rollout.tfplan",
        "terraform/terraform.tfstate.backup",
        "terraform/.build/reconcile-0123456789abcdef.zip",
    )
    command = ["git", "check-ignore", "--no-index", *left]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == list(left)
