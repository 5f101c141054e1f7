"""A process with all that it started: who they are, and the CPU time that they have used."""

from __future__ import annotations

from urllib.parse import urlsplit

import psutil


def tree(pid: int) -> list[psutil.Process]:
    """The process and all that it started."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """CPU time of the whole tree, in the kernel and out of it."""
    times = [process.cpu_times() for process in tree(pid)]
    return float(sum(spent.user + spent.system for spent in times))


def listener(address: str) -> int:
    """Which process, of those that this one started, listens at a `http://host:port`."""
    port = urlsplit(address).port
    for process in psutil.Process().children(recursive=True):
        for connection in process.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                return int(process.pid)
    raise RuntimeError(f"no process of ours listens at {address}")
