"""The distribution: its wheel in a fresh environment, with what it asks for and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from importlib import metadata
from pathlib import Path

import pytest

from local.cloud.repository import REPOSITORY

# What a subscriber imports: the words, and the events with what they stand on.
BASE = ("names", "reasons", "errors", "events")
LIST_MODULES = """
import importlib, pkgutil, sys
import bqml_registrar

for name in sys.argv[1:]:
    module = importlib.import_module(f"bqml_registrar.{name}")
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        importlib.import_module(found.name)
print(*sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__"}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, as building writes beside the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md", "requirements.txt"):
        shutil.copyfile(REPOSITORY / name, copy / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(REPOSITORY / "shared", copy / "shared", ignore=ignored)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(copy / "dist"), str(copy))
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel, msgspec, and not even pip."""
    environment = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    interpreter = environment / "bin" / "python"
    pip("--python", str(interpreter), "install", "--no-index", "--no-deps", str(wheel))
    (site_packages,) = environment.glob("lib/python*/site-packages")
    for file in installed_files("msgspec"):
        target = site_packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.locate(), target)
    return interpreter


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def installed_files(distribution: str) -> Iterator[metadata.PackagePath]:
    for file in metadata.files(distribution) or ():
        if ".." not in file.parts:
            yield file


def described(wheel: Path) -> Message:
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def required(wheel: Path, extra: str) -> set[str]:
    """What an extra asks for; without a name, what every installation does."""
    wanted = f'; extra == "{extra}"' if extra else ""
    all_of_them = described(wheel).get_all("Requires-Dist") or []
    return {
        each.removesuffix(wanted).strip()
        for each in all_of_them
        if (each.endswith(wanted) if extra else ";" not in each)
    }


def pinned() -> set[str]:
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    return {line.strip() for line in lines if line and not line.startswith("#")}


def test_the_base_imports_with_msgspec_alone(python: Path) -> None:
    loaded = subprocess.run(
        [python, "-I", "-c", LIST_MODULES, *BASE], capture_output=True, text=True, check=False
    )

    assert (loaded.stderr, loaded.stdout.split()) == ("", ["bqml_registrar", "msgspec"])


def test_the_base_asks_for_msgspec_alone_and_takes_the_version_that_functions_have(
    wheel: Path,
) -> None:
    (base,) = required(wheel, "")
    low, high = re.findall(r"\d+(?:\.\d+)*", base)
    (deployed,) = (line.partition("==")[2] for line in pinned() if line.startswith("msgspec=="))

    assert re.fullmatch(r"msgspec[<>=,.\d]+", base)
    versions = sorted([low, deployed, high], key=lambda text: [int(n) for n in text.split(".")])
    assert versions[1] == deployed


def test_the_extra_functions_is_what_the_functions_deploy(wheel: Path) -> None:
    assert required(wheel, "functions") == pinned()


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    sources = (REPOSITORY / "shared").rglob("*.py")

    assert names == {path.relative_to(REPOSITORY / "shared").as_posix() for path in sources}
