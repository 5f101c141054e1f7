"""A rollout from checkout to apply: the steps of both build files, in order, from the files themselves.

Real: every script, Terraform, its `gcs` backend, the digests. Faked: Cloud Storage (buckets.py), `gcloud`
and `make` (tools), and the service behind the provider wherever Terraform would call it. Observed: what
the steps log, what lies in the buckets afterwards.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.buckets import Buckets, serving
from tests.terraform.cloud_build import (
    APPLY,
    BUILT_IN,
    PLAN,
    ROOT,
    Build,
    Ended,
    Run,
    outside,
    rolled_out,
)
from tools.terraform.command import Terraform

EXAMPLE = "terraform/examples/project"
COMMIT = BUILT_IN["COMMIT_SHA"]
OTHER_COMMIT = "b0b0" * 10
SAVED = f"analytics-dev-bqml-registrar-plans/plans/{COMMIT}"
STATE = "analytics-dev-terraform-state/bqml-registrar/default.tfstate"
EMPTY_STATE = {"version": 4, "serial": 1, "lineage": "first", "outputs": {}, "resources": []}


def check_out(workspace: Path) -> Path:
    """A checkout of the commit: only what a rollout may read, and the values of its variables."""
    for pattern in rolled_out():
        for source in ROOT.glob(pattern):
            target = workspace / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                left = shutil.ignore_patterns("__pycache__", ".terraform*", ".build", "*.tfstate*")
                shutil.copytree(source, target, ignore=left)
            else:
                shutil.copyfile(source, target)
    values = workspace / EXAMPLE / "terraform.tfvars"
    shutil.copyfile(values.with_suffix(".tfvars.example"), values)
    return workspace


class Rollout:
    """One commit's builds, with buckets that already hold the state of the first rollout."""

    def __init__(self, folder: Path, buckets: Buckets) -> None:
        self.folder, self.buckets = folder, buckets
        self.outside = outside(buckets.folder, buckets.address)
        state = buckets.path(STATE)
        state.parent.mkdir(parents=True)
        state.write_text(json.dumps(EMPTY_STATE))

    def run(self, build: Build) -> Run:
        return Run(build, check_out(self.folder / build.ids[-1]), self.outside)

    @property
    def saved(self) -> Path:
        return self.buckets.path(SAVED)


@pytest.fixture(scope="module")
def rollout(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    """Left out where `terraform` is; of that fixture nothing else is used."""
    folder = tmp_path_factory.mktemp("rollout")
    with serving(folder / "buckets") as buckets:
        yield Rollout(folder, buckets)


@pytest.fixture(scope="module")
def planned(rollout: Rollout) -> list[Ended]:
    """The plan build's steps, all of them; its account may not write the state."""
    rollout.buckets.writable = False
    ended = rollout.run(PLAN).all()
    rollout.buckets.writable = True
    assert ended[-1].code == 0, ended[-1].log
    return ended


@pytest.fixture
def fetched(rollout: Rollout, planned: list[Ended], tmp_path: Path) -> Run:
    """An apply build that has fetched the saved plan."""
    run = Run(APPLY, check_out(tmp_path / "apply"), rollout.outside)
    assert run.step("fetch").code == 0
    return run


def test_the_plan_build_runs_through_and_shows_the_plan(planned: list[Ended]) -> None:
    logs = {ended.step: ended.log for ended in planned}

    assert [ended.step for ended in planned] == PLAN.ids
    assert re.search(r"make test, with .*/save/\.bin/terraform", logs["check"])
    assert re.search(r"Plan: \d+ to add, 0 to change, 0 to destroy", logs["plan"])


def test_it_saves_the_plan_its_archives_the_lock_file_and_the_commit(
    rollout: Rollout, planned: list[Ended]
) -> None:
    found = (path for path in rollout.saved.rglob("*") if path.is_file())
    files = {path.relative_to(rollout.saved).as_posix() for path in found}
    archives = {Path(source).name for source in sources(rollout)}

    assert len(archives) == 3
    assert files == {
        "commit.txt",
        "rollout.tfplan",
        ".terraform.lock.hcl",
        "manifest.sha256",
        *(f"archives/{name}" for name in archives),
    }
    assert (rollout.saved / "commit.txt").read_text() == f"{COMMIT}\n"


def sources(rollout: Rollout) -> list[str]:
    """Archives as the plan names them, from the root module's folder."""
    plan = shown(rollout.folder / "save")
    changed = [change["change"]["after"] for change in plan["resource_changes"]]
    return [after["source"] for after in changed if "source" in after]


def shown(workspace: Path) -> dict[str, Any]:
    root, plan = workspace / EXAMPLE, workspace / ".rollout" / "rollout.tfplan"
    command = ["terraform", f"-chdir={root}", "show", "-json", str(plan)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def test_a_plan_that_may_have_been_approved_is_not_written_over(
    rollout: Rollout, planned: list[Ended]
) -> None:
    before = (rollout.saved / "manifest.sha256").read_text()

    again = Run(PLAN, rollout.folder / "save", rollout.outside).step("save")

    assert again.code == 1
    assert f"A plan of commit {COMMIT} is saved already" in again.log
    assert (rollout.saved / "manifest.sha256").read_text() == before


@pytest.mark.parametrize("build", [PLAN, APPLY], ids=lambda build: build.name)
def test_a_build_without_a_commit_stops_at_its_first_step(
    build: Build, rollout: Rollout, tmp_path: Path
) -> None:
    run = Run(build, check_out(tmp_path / "w"), rollout.outside, {"COMMIT_SHA": ""})

    ended = run.step(build.ids[0])

    assert ended.code != 0
    assert "run this build by its trigger" in ended.log


def test_an_approval_that_comes_before_the_plan_is_told_so(
    rollout: Rollout, tmp_path: Path
) -> None:
    early = {"COMMIT_SHA": OTHER_COMMIT}

    ended = Run(APPLY, check_out(tmp_path / "w"), rollout.outside, early).all()

    assert [(step.step, step.code) for step in ended] == [("fetch", 1)]
    assert f"No whole plan of commit {OTHER_COMMIT}" in ended[-1].log


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


CHANGES: dict[str, Callable[[Path], None]] = {
    "the plan": lambda at: append(at / ".rollout" / "rollout.tfplan"),
    "an archive": lambda at: append(next((at / "terraform" / ".build").glob("reconcile-*.zip"))),
    "no archive": lambda at: next((at / "terraform" / ".build").glob("reconcile-*.zip")).unlink(),
    "the lock file": lambda at: append(at / EXAMPLE / ".terraform.lock.hcl"),
    "a value": lambda at: append(at / EXAMPLE / "terraform.tfvars"),
    "Terraform": lambda at: append(at / "terraform" / "iam_build.tf"),
    "code": lambda at: append(at / "shared" / "bqml_registrar" / "policy" / "decide.py"),
    "the policy": lambda at: append(at / "policy.yaml"),
    "a digest": lambda at: (at / ".rollout" / "manifest.sha256").write_text("not a digest\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_differs_from_what_was_planned_is_not_applied(
    change: Callable[[Path], None], fetched: Run
) -> None:
    change(fetched.workspace)

    ended = fetched.step("verify")

    assert ended.code == 1
    assert f"not what commit {COMMIT} was planned with. Nothing is applied." in ended.log


def test_the_plan_of_another_commit_is_not_applied(
    rollout: Rollout, planned: list[Ended], tmp_path: Path
) -> None:
    misplaced = shutil.copytree(rollout.saved, rollout.saved.parent / OTHER_COMMIT)
    run = Run(APPLY, check_out(tmp_path / "w"), rollout.outside, {"COMMIT_SHA": OTHER_COMMIT})

    ended = run.all()
    shutil.rmtree(misplaced)

    assert [(step.step, step.code) for step in ended] == [("fetch", 0), ("verify", 1)]
    assert f"The saved plan is of commit {COMMIT}" in ended[-1].log


@pytest.fixture(scope="module")
def applied(rollout: Rollout, planned: list[Ended]) -> list[Ended]:
    """The apply build's steps, up to where Terraform calls a service that is not there."""
    rollout.buckets.written.clear()
    return rollout.run(APPLY).all()


def test_the_apply_build_applies_that_very_plan(
    rollout: Rollout, planned: list[Ended], applied: list[Ended]
) -> None:
    plan = shown(rollout.folder / "save")
    creates = {change["address"] for change in plan["resource_changes"]}
    begun = set(re.findall(r"^(.*): Creating\.\.\.$", applied[-1].log, re.MULTILINE))

    assert [step.step for step in applied] == APPLY.ids
    assert [step.code for step in applied[:-1]] == [0, 0, 0]
    assert begun
    assert begun <= creates
    assert applied[-1].log.count("\nPlan: ") == 1, "planned anew"


def test_it_takes_no_provider_but_those_of_the_plan(fetched: Run) -> None:
    (fetched.workspace / EXAMPLE / ".terraform.lock.hcl").write_text("")

    ended = fetched.step("init")

    assert ended.code == 1
    assert "Provider dependency changes detected" in ended.log


def test_it_shows_the_plan_before_it_applies_it(applied: list[Ended]) -> None:
    assert re.search(r"Plan: \d+ to add.*: Creating\.\.\.", applied[-1].log, re.DOTALL)


def test_it_holds_the_state_locked_while_it_writes_it(
    rollout: Rollout, applied: list[Ended]
) -> None:
    lock = STATE.replace("tfstate", "tflock")

    assert rollout.buckets.written == [f"POST {lock}", f"POST {STATE}", f"DELETE {lock}"]


def test_the_archives_lie_where_the_plan_names_them(
    rollout: Rollout, planned: list[Ended], fetched: Run
) -> None:
    root = fetched.workspace / EXAMPLE

    assert all((root / source).is_file() for source in sources(rollout))


def test_a_plan_that_another_rollout_overtook_is_not_applied(
    rollout: Rollout, applied: list[Ended]
) -> None:
    again = Run(APPLY, rollout.folder / "apply", rollout.outside).step("apply")

    assert again.code == 1
    assert "Saved plan is stale" in again.log
    assert "Creating" not in again.log
