"""Who may do what, in every kind of rollout: all grants of a plan against a list that people read.

grants/NAME.txt has a line for each, `member | role | where`. A change of terraform/ that changes one
fails here until somebody has written it down there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.grants import grants
from tests.terraform.iam import read_iam
from tests.terraform.rollouts import ROLLOUTS

LISTS = Path(__file__).parent / "grants"
PRIMITIVE = {"roles/owner", "roles/editor", "roles/viewer"}
# Roles with which one says who may do what, or makes tokens of somebody.
POWERFUL = re.compile(r"[aA]dmin$|TokenCreator|[oO]wner")
Rollouts = Mapping[str, Mapping[str, Any]]
each = pytest.mark.parametrize("name", ROLLOUTS)


@each
def test_the_grants_of_a_rollout_are_those_that_are_written_down(
    rollouts: Rollouts, name: str
) -> None:
    assert grants(rollouts[name]) == (LISTS / f"{name}.txt").read_text().splitlines()


@each
def test_nobody_has_a_primitive_role_and_nobody_is_everybody(name: str) -> None:
    lines = [line.split(" | ") for line in (LISTS / f"{name}.txt").read_text().splitlines()]

    assert not [line for line in lines if line[1] in PRIMITIVE]
    assert not [line for line in lines if line[0] in {"allUsers", "allAuthenticatedUsers"}]


@pytest.mark.parametrize("name", [name for name in ROLLOUTS if "delivery" in ROLLOUTS[name]])
def test_what_cloud_build_runs_as_cannot_change_who_may_do_what(name: str) -> None:
    lines = [line.split(" | ") for line in (LISTS / f"{name}.txt").read_text().splitlines()]
    ours = [line for line in lines if "bqml-planner" in line[0] or "bqml-deployer" in line[0]]

    assert len(ours) > 30
    # Of Cloud Scheduler there is no smaller role that writes.
    powerful = {role for _, role, _ in ours if POWERFUL.search(role)}
    assert powerful == {"roles/cloudscheduler.admin"}


@each
def test_a_custom_role_has_just_the_permissions_that_its_file_lists(
    rollouts: Rollouts, name: str
) -> None:
    iam = read_iam()
    written = iam.store_roles | {
        f"{function}/{part}": getattr(role, part)
        for function, role in iam.permissions.items()
        for part in ("data", "project")
    }
    planned = {
        change["index"]: change["change"]["after"]
        for change in rollouts[name]["resource_changes"]
        if change["type"].endswith("_custom_role")
    }

    assert {key: set(role["permissions"]) for key, role in planned.items()} == written
    assert {role["stage"] for role in planned.values()} <= {None, "GA"}
