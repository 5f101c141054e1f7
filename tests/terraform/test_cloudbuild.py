"""The build files: Cloud Build's schema, and what is asked of every build. test_rollout.py runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.terraform.cloud_build import (
    APPLY,
    BUILT_IN,
    PLAN,
    ROOT,
    Build,
    rolled_out,
    seconds,
    substituted,
    substitutions,
)

both = pytest.mark.parametrize("build", [PLAN, APPLY], ids=lambda build: build.name)


def test_they_are_what_cloud_build_publishes_as_its_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.cloudbuild"]
    checked = subprocess.run(
        [*command, PLAN.name, APPLY.name], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


@both
def test_each_step_has_a_name_of_its_own_and_a_timeout(build: Build) -> None:
    assert len(set(build.ids)) == len(build.steps)
    assert all(seconds(step["timeout"]) > 0 for step in build.steps)


@both
def test_each_step_says_what_it_waits_for_and_that_stands_above_it(build: Build) -> None:
    for index, step in enumerate(build.steps):
        assert step["waitFor"]
        assert set(step["waitFor"]) <= {"-", *build.ids[:index]}


@both
def test_a_build_may_take_as_long_as_its_steps_may_one_after_the_other(build: Build) -> None:
    whole = seconds(build.content["timeout"])
    longest: dict[str, int] = {"-": 0}
    for step in build.steps:
        begins = max(longest[name] for name in step["waitFor"])
        longest[step["id"]] = begins + seconds(step["timeout"])

    assert max(longest.values()) <= whole < 1.2 * max(longest.values())


@both
def test_images_are_pinned_to_a_version(build: Build) -> None:
    images = {substituted(step["name"], build.values()) for step in build.steps}

    assert all(re.search(r":\d+\.\d+\.\d+[\w.-]*$", image) for image in images), images


@both
def test_every_step_runs_as_an_account_of_ours_and_logs_to_cloud_logging_only(
    build: Build,
) -> None:
    account = substituted(build.content["serviceAccount"], build.values())

    name = {PLAN: "bqml-planner", APPLY: "bqml-deployer"}[build]
    assert build.content["options"]["logging"] == "CLOUD_LOGGING_ONLY"
    assert account == (
        f"projects/analytics-dev/serviceAccounts/{name}@analytics-dev.iam.gserviceaccount.com"
    )


@both
def test_every_substitution_has_a_default_and_every_default_is_used(build: Build) -> None:
    defaults = build.content["substitutions"]
    filled = [build.content["serviceAccount"], *defaults.values()]
    for step in build.steps:
        filled += [step["name"], *step.get("env", [])]
    used = set().union(*map(substitutions, filled))

    assert used == {*defaults, *BUILT_IN}


@both
def test_scripts_read_the_environment_since_nothing_is_substituted_in_them(build: Build) -> None:
    for step in build.steps:
        read = substitutions(step["script"])
        assert not read & {*build.values()}, step["id"]


def test_both_files_give_the_same_defaults() -> None:
    plan, apply = PLAN.content["substitutions"], APPLY.content["substitutions"]

    assert apply.items() <= plan.items()


def test_what_is_digested_is_what_a_push_is_rolled_out_for() -> None:
    hcl = (ROOT / "terraform" / "delivery.tf").read_text()
    listed = re.search(r"delivery_files = (\[.*?\])", hcl, re.DOTALL)
    assert listed

    assert {path.removesuffix("/**") for path in json.loads(listed[1])} == set(rolled_out())


def test_the_checks_run_on_the_python_of_the_functions() -> None:
    variables = (ROOT / "terraform" / "variables.tf").read_text()
    runtime = re.search(
        r'variable "runtime" \{.*?default     = "python(\d)(\d+)"', variables, re.DOTALL
    )
    assert runtime

    assert f"_PYTHON: python:{runtime[1]}.{runtime[2]}." in (ROOT / "cloudbuild.yaml").read_text()
