"""Terraform on a copy of what it needs: nothing is written into the repository, no Google is called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.cloud.repository import REPOSITORY

# What terraform/ reads of the repository.
_SOURCES = (
    "docs",
    "functions",
    "policy.yaml",
    "requirements.txt",
    "schemas",
    "shared",
    "terraform",
)
# State lies beside the copy, so that neither a bucket nor a token for one is needed.
_LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
_SECONDS = 300
_NOT_OURS = (
    "*.auto.tfvars", "*.tfplan", "*.tfstate*", "*_override.tf", ".build", ".terraform*",
    "terraform.tfvars", "terraform.tfvars.json",
)  # fmt: skip
# A proxy at a port where nobody listens.
_NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


class TerraformError(Exception):
    """Terraform is not there, or has no providers, or refused; the text is for people."""


class Terraform:
    """The command, in one copy of the repository's files."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self._initialised: set[str] = set()

    def run(self, folder: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command in a folder of the copy, whatever it answers; after `init` where due."""
        if words[0] != "fmt":
            self.init(folder)
        return self._run(folder, *words)

    def init(self, folder: str) -> None:
        """Once for a folder; raises TerraformError where no provider can be had."""
        if folder in self._initialised:
            return
        if folder.startswith("terraform/examples/"):
            (self.workspace / folder / "backend_override.tf").write_text(_LOCAL_STATE)
        done = self._run(folder, "init", "-input=false")
        if done.returncode:
            raise TerraformError(f"terraform init in {folder}: {done.stderr.strip()}")
        self._initialised.add(folder)

    def plan(self, example: str) -> dict[str, Any]:
        """The plan of an example with the values of its terraform.tfvars.example, as JSON."""
        folder = f"terraform/examples/{example}"
        return self.planned(folder, "-var-file=terraform.tfvars.example")

    def planned(self, folder: str, *words: str) -> dict[str, Any]:
        """The plan of a folder as JSON; raises TerraformError where it is refused."""
        arguments = ("-refresh=false", "-lock=false", "-input=false", "-out=saved.tfplan")
        done = self.run(folder, "plan", *arguments, *words)
        if done.returncode:
            raise TerraformError(f"terraform plan in {folder}: {done.stderr.strip()}")
        shown: dict[str, Any] = json.loads(self.run(folder, "show", "-json", "saved.tfplan").stdout)
        return shown

    def _run(self, folder: str, *words: str) -> subprocess.CompletedProcess[str]:
        # Not a real token, and after `init` no network: a plan of what is yet to be made asks nobody.
        given = {"GOOGLE_OAUTH_ACCESS_TOKEN": "none", "TF_IN_AUTOMATION": "1", "NO_COLOR": "1"}
        given |= {} if words[0] == "init" else _NO_NETWORK
        command = ["terraform", words[0], *(["-no-color"] if words[0] != "fmt" else []), *words[1:]]
        return subprocess.run(
            command,
            cwd=self.workspace / folder,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


@contextmanager
def terraform() -> Iterator[Terraform]:
    """Terraform on a copy that is removed afterwards; raises TerraformError where it is not installed."""
    if shutil.which("terraform") is None:
        raise TerraformError("terraform is not installed")
    with TemporaryDirectory(prefix="bqml-terraform-") as folder:
        yield Terraform(copied(Path(folder)))


def copied(workspace: Path) -> Path:
    """Copy what terraform/ reads: no values of somebody's rollout, nothing that a run left behind."""
    ignored = shutil.ignore_patterns(*_NOT_OURS, "__pycache__")
    for name in _SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, workspace / name, ignore=ignored)
        else:
            shutil.copyfile(source, workspace / name)
    return workspace
