"""A function's archive, laid out in a folder as it is deployed: what Cloud Functions builds from."""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_POLICY = REPOSITORY / "policy.yaml"


def archive_files(function: str, policy: Path | None = None) -> dict[str, Path]:
    """Archive name -> repository file: the function's main.py, `shared/`, requirements, policy."""
    shared = REPOSITORY / "shared"
    files = {
        path.relative_to(REPOSITORY).as_posix(): path
        for path in sorted(shared.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return {
        "main.py": REPOSITORY / "functions" / function / "main.py",
        "policy.yaml": policy or DEFAULT_POLICY,
        "requirements.txt": REPOSITORY / "requirements.txt",
        **files,
    }


def lay_out(function: str, target: Path, policy: Path | None = None) -> Path:
    """Copy the archive's files below `target`; the path of its main.py."""
    for name, source in archive_files(function, policy).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
    return target / "main.py"
