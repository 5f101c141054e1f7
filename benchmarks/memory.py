"""Memory of a process and of all that it started."""

from __future__ import annotations

from benchmarks.process_tree import tree

_MEGABYTE = 1_000_000


def pss_of_tree(pid: int) -> float:
    """The proportional set size of the whole tree, in MB of 1,000,000 bytes."""
    return sum(process.memory_full_info().pss for process in tree(pid)) / _MEGABYTE


def pss_of_tree_alone(pid: int) -> float:
    """The same if nothing else ran: a file's pages that other processes map too count in full."""
    shared: dict[str, int] = {}
    private = 0
    for process in tree(pid):
        for mapping in process.memory_maps(grouped=True):
            if mapping.path.startswith("/"):
                shared[mapping.path] = max(mapping.rss, shared.get(mapping.path, 0))
            else:
                private += mapping.pss
    return (private + sum(shared.values())) / _MEGABYTE
