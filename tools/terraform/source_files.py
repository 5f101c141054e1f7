"""Which files of `shared/` a function's archive needs: those that its main.py imports, directly or not.

Written to terraform/modules/source_map/shared.json by `make generate`, so that a change deploys only
the functions that it is part of.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp

from local.cloud.repository import FUNCTIONS, REPOSITORY


def source_files() -> dict[str, list[str]]:
    """Function -> paths in the repository, sorted; a lazy import counts like any other."""
    graph = grimp.build_graph("bqml_registrar", cache_dir=None)
    return {function: sorted(set(_paths(_needed(graph, function)))) for function in FUNCTIONS}


def _needed(graph: grimp.ImportGraph, function: str) -> set[str]:
    imported = set(_imported(REPOSITORY / "functions" / function / "main.py"))
    behind = (graph.find_upstream_modules(module) for module in imported)
    return imported.union(*behind)


def _imported(main: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(main.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bqml_registrar"):
            yield node.module or ""


def _paths(modules: Iterable[str]) -> Iterator[str]:
    for module in modules:
        path = Path("shared", *module.split("."))
        package = path / "__init__.py"
        yield str(package if (REPOSITORY / package).exists() else path.with_suffix(".py"))
        # What a package's own file says runs before that of its modules.
        yield from (str(above / "__init__.py") for above in path.parents if above.parent != Path())
