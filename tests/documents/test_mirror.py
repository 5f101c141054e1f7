"""Where tests lie, held to the product: CONTRIBUTING.md, "Where a test goes"."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "shared" / "bqml_registrar"
MIRRORS = (ROOT / "tests" / "unit", ROOT / "tests" / "contract" / "adapters")

# Modules that only another ring can show at work, and where it does.
TESTED_ELSEWHERE = {
    "wiring/clients": "tests/functional/test_register_model.py",
    "wiring/functions": "tests/functional/test_register_model.py",
}
# Folders of tests/unit that mirror other folders of the repository.
OTHER_CODE = ("benchmarks", "local", "tools")


def test_every_test_file_is_named_after_a_module_of_the_package_where_it_lies() -> None:
    strays = [path for path in mirrored() if module_of(path) is None]

    assert [named(path) for path in strays] == []


def test_every_module_that_does_something_has_a_test_file_of_its_own() -> None:
    tested = {module_of(path) for path in mirrored()}
    untested = {module for module in modules() if module not in tested and does_something(module)}

    assert sorted(key(module) for module in untested) == sorted(TESTED_ELSEWHERE)


def test_no_two_classes_of_the_product_share_a_name() -> None:
    trees = (ast.parse(path.read_text()) for path in modules())
    names = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    public = [name for name in names if not name.startswith("_")]

    assert sorted(public) == sorted(set(public))


def test_what_is_said_to_be_tested_elsewhere_is_tested_there() -> None:
    assert [path for path in TESTED_ELSEWHERE.values() if not (ROOT / path).is_file()] == []


def modules() -> Iterator[Path]:
    """The product's modules; what a package's own file says is not tested."""
    return (path for path in sorted(PRODUCT.rglob("*.py")) if path.name != "__init__.py")


def mirrored() -> Iterator[Path]:
    """The test files of all mirrored folders."""
    for mirror in MIRRORS:
        yield from sorted(mirror.rglob("test_*.py"))


def module_of(test: Path) -> Path | None:
    """The module that a test file is named after: of two whose names fit, the longer one."""
    subject = test.stem.removeprefix("test_")
    fitting = [
        path
        for path in package_of(test).glob("*.*")
        if subject == path.stem or subject.startswith(f"{path.stem}_")
    ]
    return max(fitting, key=lambda path: len(path.stem), default=None)


def package_of(test: Path) -> Path:
    """The folder of the product that a test's folder mirrors, whether or not it is there."""
    unit, adapters = MIRRORS
    if test.is_relative_to(adapters):
        return PRODUCT / "adapters" / test.parent.relative_to(adapters)
    within = test.parent.relative_to(unit)
    return (ROOT if within.parts and within.parts[0] in OTHER_CODE else PRODUCT) / within


def does_something(module: Path) -> bool:
    """Whether it has a function or a method with a body: not only values and interfaces."""
    tree = ast.parse(module.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return any(acts(function.body) for function in functions)


def acts(body: Iterable[ast.stmt]) -> bool:
    """Whether there is more than a docstring or an ellipsis."""
    return any(
        not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in body
    )


def key(module: Path) -> str:
    return module.relative_to(PRODUCT).with_suffix("").as_posix()


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
