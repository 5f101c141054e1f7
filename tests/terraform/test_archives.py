"""The archives that Terraform writes: unpacked, they are what the tests run, and they run."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.cloud.archive import archive_files
from local.cloud.control import Control
from local.cloud.repository import FUNCTIONS, REPOSITORY
from local.cloud.servers import Addresses
from tests.packaging.happenings import goes_through
from tools.terraform.command import Terraform, copied

each = pytest.mark.parametrize("name", FUNCTIONS)


@pytest.fixture
def unpacked(name: str, terraform: Terraform, plans: Mapping[str, Any], tmp_path: Path) -> Path:
    built = terraform.workspace / "terraform" / ".build"
    with zipfile.ZipFile(built / _names(plans["project"])[name]) as packed:
        packed.extractall(tmp_path)
    return tmp_path


@each
def test_they_hold_the_very_files_that_the_tests_run(name: str, unpacked: Path) -> None:
    packed = {
        path.relative_to(unpacked).as_posix(): path.read_bytes()
        for path in unpacked.rglob("*")
        if path.is_file()
    }

    assert packed == {name: path.read_bytes() for name, path in archive_files(name).items()}


@each
def test_an_event_goes_through_them(
    name: str, unpacked: Path, local_cloud: Addresses, control: Control
) -> None:
    goes_through(name, unpacked / "main.py", local_cloud, control)


def test_a_change_leads_to_another_archive_of_those_functions_alone_that_it_is_part_of(
    terraform: Terraform, plans: Mapping[str, Any], tmp_path: Path
) -> None:
    before = _names(plans["project"])
    changed = Terraform(copied(tmp_path))
    with (tmp_path / "shared" / "bqml_registrar" / "sweep" / "use_case.py").open("a") as module:
        module.write("# changed\n")

    after = _names(changed.plan("project"))

    assert {name for name in FUNCTIONS if before[name] != after[name]} == {"reconcile"}


def test_the_place_of_the_repository_is_not_in_an_archives_name(
    plans: Mapping[str, Any], tmp_path: Path
) -> None:
    elsewhere = Terraform(copied(tmp_path)).plan("organization")

    assert _names(elsewhere) == _names(plans["project"])
    assert str(REPOSITORY) not in str(elsewhere["planned_values"])


def _names(plan: Mapping[str, Any]) -> dict[str, str]:
    """Function -> name of its archive."""
    changes = plan["resource_changes"]
    archives = (c for c in changes if c["type"] == "google_storage_bucket_object")
    return {change["index"]: change["change"]["after"]["name"] for change in archives}
