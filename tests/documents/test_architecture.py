"""docs/architecture.md, held to the code: its length, its walks, and the layers of its packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "shared" / "bqml_registrar"
PAGE = (ROOT / "docs" / "architecture.md").read_text()
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]

MOST_LINES = 200
MOST_ROOMS = 10
WALKS = ("One CREATE MODEL, room by room", "One intent to delete, room by room")

_LINK_INTO_THE_PRODUCT = re.compile(r"\]\(\.\./shared/bqml_registrar/([\w/]+\.py)\)")


def section(heading: str) -> str:
    """The text under a heading."""
    return PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", maxsplit=1)[0]


def test_the_page_can_be_read_in_one_go() -> None:
    assert len(PAGE.splitlines()) <= MOST_LINES


# The walks.


def steps(heading: str) -> list[tuple[str, str]]:
    """Of each step of a walk the room, and what is said of it."""
    return re.findall(
        r"^\d+\. \*\*`([\w/]+)`\*\* (.+?)(?=^\d+\. |^$)",
        section(heading),
        re.MULTILINE | re.DOTALL,
    )


def files_to_open(step: str) -> list[str]:
    """The files of the product that a step links to."""
    return _LINK_INTO_THE_PRODUCT.findall(step)


@pytest.mark.parametrize("heading", WALKS)
def test_a_walk_has_few_steps_and_each_begins_with_its_room(heading: str) -> None:
    numbers = re.findall(r"^(\d+)\. ", section(heading), re.MULTILINE)

    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert 1 < len(numbers) <= MOST_ROOMS
    assert len(steps(heading)) == len(numbers)


@pytest.mark.parametrize("heading", WALKS)
def test_every_room_of_a_walk_is_a_package(heading: str) -> None:
    rooms = [room for room, _ in steps(heading)]

    assert [room for room in rooms if not (PRODUCT / room / "__init__.py").is_file()] == []


@pytest.mark.parametrize("heading", WALKS)
def test_every_step_names_one_or_two_files_of_its_room(heading: str) -> None:
    strays = {
        room: files_to_open(step)
        for room, step in steps(heading)
        if not 1 <= len(files_to_open(step)) <= 2
        or any(Path(file).parent != Path(room) for file in files_to_open(step))
    }

    assert strays == {}


# The packages.


def layers() -> list[set[str]]:
    """The product's layers as pyproject.toml has them, the highest first."""
    (product,) = [
        contract["layers"]
        for contract in CONTRACTS
        if contract["type"] == "layers" and contract["containers"] == ["bqml_registrar"]
    ]
    return [{short(name) for name in layer.split(" | ")} for layer in product]


def short(module: str) -> str:
    """A module's name within the product."""
    return module.removeprefix("bqml_registrar.")


def may_import(name: str) -> set[str]:
    """What the layers let a package import, but for what another contract forbids it."""
    (own,) = [number for number, layer in enumerate(layers()) if name in layer]
    below: set[str] = set().union(*layers()[own + 1 :])
    forbidden = {
        short(module)
        for contract in CONTRACTS
        if contract["type"] == "forbidden"
        and f"bqml_registrar.{name}" in contract["source_modules"]
        for module in contract["forbidden_modules"]
    }
    return below - forbidden


def rows() -> dict[str, str]:
    """The table of the packages: each name, and the cell that says what it may import."""
    found = re.findall(
        r"^\| `(\w+)(?:\.py)?` \| .+ \| (.+) \|$", section("The packages"), re.MULTILINE
    )
    return dict(found)


def test_the_rows_of_the_packages_are_in_the_order_of_the_layers() -> None:
    names = list(rows())
    depth = {name: number for number, layer in enumerate(layers()) for name in layer}

    assert sorted(names) == sorted(depth)
    assert [depth[name] for name in names] == sorted(depth.values())


@pytest.mark.parametrize("name", rows())
def test_a_package_may_import_on_the_page_what_the_contracts_let_it(name: str) -> None:
    cell, names = rows()[name], list(rows())
    named = set(re.findall(r"`(\w+)`", cell))
    below = set(names[names.index(name) + 1 :])
    allowed = below - named if cell.startswith("all rows below") else named

    assert allowed == may_import(name)


@pytest.mark.parametrize("name", rows())
def test_what_has_a_row_exists_as_a_package_or_a_module(name: str) -> None:
    is_module = f"| `{name}.py` |" in PAGE

    assert (PRODUCT / (f"{name}.py" if is_module else f"{name}/__init__.py")).is_file()


def test_what_is_said_to_be_impure_is_what_the_contracts_leave_out() -> None:
    pure = {
        short(module)
        for contract in CONTRACTS
        if contract["type"] == "forbidden" and "flask" in contract["forbidden_modules"]
        for module in contract["source_modules"]
    }
    (sentence,) = re.findall(r"^\* Purity: all rows but (.+?) import no", PAGE, re.MULTILINE)

    impure = set(re.findall(r"`(\w+)`", sentence))
    assert impure == set(rows()) - pure
