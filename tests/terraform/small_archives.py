"""Terraform on a copy whose archives are small: a plan with three hundred files in them takes its time.

What archives hold is tested where they are whole: test_archives.py, archives.tftest.hcl.
"""

from __future__ import annotations

import json
from pathlib import Path

from local.cloud.repository import FUNCTIONS, REPOSITORY, SHARED_FILES
from tools.terraform.command import Terraform, copied


def with_small_archives(workspace: Path) -> Terraform:
    files = {function: ["shared/bqml_registrar/__init__.py"] for function in FUNCTIONS}
    shared_files = copied(workspace) / SHARED_FILES.relative_to(REPOSITORY)
    shared_files.write_text(json.dumps(files))
    return Terraform(workspace)
