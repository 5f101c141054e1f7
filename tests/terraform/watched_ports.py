"""The product's ports, with a note of each method that was called."""

from __future__ import annotations

from typing import Any

from bqml_registrar.ports import (
    Deletions,
    Endpoints,
    Lists,
    ModelCatalog,
    ModelRegistry,
    Publisher,
    Store,
)

_PORTS = {
    "catalog": ModelCatalog,
    "registry": ModelRegistry,
    "publisher": Publisher,
    "endpoints": Endpoints,
    "deletions": Deletions,
    "lists": Lists,
    "store": Store,
}
ALL_METHODS = {
    f"{name}.{method}"
    for name, port in _PORTS.items()
    for method in vars(port)
    if not method.startswith("_")
}


class WatchedPorts:
    """Hands out the ports; `reached` are the methods that were asked for."""

    def __init__(self, ports: Any) -> None:
        self._ports = ports
        self.reached: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        port = getattr(self._ports, name)
        return _Watched(name, port, self.reached) if name in _PORTS else port


class _Watched:
    def __init__(self, name: str, port: Any, reached: set[str]) -> None:
        self._name, self._port, self._reached = name, port, reached

    def __getattr__(self, method: str) -> Any:
        self._reached.add(f"{self._name}.{method}")
        return getattr(self._port, method)
