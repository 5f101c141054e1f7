"""A function's archive, laid out in a folder as it is deployed: what Cloud Functions builds from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from local.cloud.repository import DEFAULT_POLICY, REPOSITORY, SHARED_FILES


def archive_files(function: str, policy: Path | None = None) -> dict[str, Path]:
    """Archive name -> repository file: as terraform/modules/source_map lays them out."""
    shared: list[str] = json.loads(SHARED_FILES.read_text())[function]
    schemas = [path for path in sorted((REPOSITORY / "schemas").iterdir()) if path.is_file()]
    return {
        "main.py": REPOSITORY / "functions" / function / "main.py",
        "policy.yaml": policy or DEFAULT_POLICY,
        "requirements.txt": REPOSITORY / "requirements.txt",
        **{f"schemas/{path.name}": path for path in schemas},
        **{name.removeprefix("shared/"): REPOSITORY / name for name in shared},
    }


def lay_out(function: str, target: Path, policy: Path | None = None) -> Path:
    """Copy the archive's files below `target`; the path of its main.py."""
    for name, source in archive_files(function, policy).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
    return target / "main.py"
