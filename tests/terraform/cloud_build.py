"""Build files as Cloud Build reads them, and their steps run here: each script from the file itself.

What differs from Cloud Build: a step runs with this machine's tools instead of in its image, and gets
`gcloud` and `make` from the folder tools. Steps share a workspace, get the environment that the file
gives them and nothing of the tests' own, and the first that fails ends the build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TOOLS = Path(__file__).parent / "tools"

# Terraform may load providers at `init`. Later there is nobody to call, the real provider's Google included.
NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9"}

# What Cloud Build itself puts in for a build of a trigger.
BUILT_IN = {"PROJECT_ID": "analytics-dev", "COMMIT_SHA": "4a5f4911" * 5}

_SUBSTITUTION = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def substitutions(text: str) -> set[str]:
    return {braced or bare for braced, bare in _SUBSTITUTION.findall(text)}


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Defaults name other substitutions, so twice; KeyError for one that nobody gives."""
    once = _SUBSTITUTION.sub(lambda found: values[found[1] or found[2]], text)
    return _SUBSTITUTION.sub(lambda found: values[found[1] or found[2]], once)


def seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))


@dataclass(frozen=True)
class Build:
    """One build file."""

    name: str

    @property
    def content(self) -> dict[str, Any]:
        return yaml.safe_load((ROOT / self.name).read_text())

    @property
    def steps(self) -> list[dict[str, Any]]:
        return self.content["steps"]

    @property
    def ids(self) -> list[str]:
        return [step["id"] for step in self.steps]

    def step(self, name: str) -> dict[str, Any]:
        return next(step for step in self.steps if step["id"] == name)

    def values(self, **given: str) -> dict[str, str]:
        return {**BUILT_IN, **self.content["substitutions"], **given}

    def environment(self, step: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
        values = self.values(**given)
        lines = [*self.content["options"]["env"], *step.get("env", [])]
        return dict(substituted(line, values).split("=", 1) for line in lines)


PLAN, APPLY = Build("cloudbuild.yaml"), Build("cloudbuild.apply.yaml")


def rolled_out() -> list[str]:
    """Patterns of what the manifest covers, besides the root module."""
    found = re.search(r'find "\$ROOT" (.*?) \\\n', PLAN.step("digest")["script"])
    assert found
    return found[1].split()


@dataclass(frozen=True)
class Ended:
    """How a step ended."""

    step: str
    code: int
    log: str


@dataclass
class Run:
    """A build in a workspace, step by step."""

    build: Build
    workspace: Path
    outside: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)

    def all(self) -> list[Ended]:
        """Every step in the file's order, up to the first that fails."""
        ended: list[Ended] = []
        for name in self.build.ids:
            ended.append(self.step(name))
            if ended[-1].code:
                break
        return ended

    def step(self, name: str) -> Ended:
        step = self.build.step(name)
        script = self.workspace.parent / f"{self.workspace.name}-{name}"
        script.write_text(step["script"])
        script.chmod(0o755)
        process = subprocess.run(
            [script],
            cwd=self.workspace,
            env=self.environment(step),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ended(name, process.returncode, process.stdout)

    def environment(self, step: Mapping[str, Any]) -> dict[str, str]:
        network = {} if step["id"] == "init" else NO_NETWORK
        return {**self.outside, **network, **self.build.environment(step, self.given)}


def outside(buckets: Path, address: str) -> dict[str, str]:
    """What is there besides a step's own: tools, the buckets, and where Terraform has its providers."""
    terraform = shutil.which("terraform") or ""
    return {
        "PATH": os.pathsep.join([str(TOOLS), str(Path(terraform).parent), os.defpath]),
        "HOME": str(Path.home()),
        "BUCKETS": str(buckets),
        "STORAGE_EMULATOR_HOST": address,
        "GOOGLE_OAUTH_ACCESS_TOKEN": "fake",
        **{key: value for key, value in os.environ.items() if key.startswith("TF_CLI_CONFIG")},
    }
