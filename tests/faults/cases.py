"""Which faults are run in a flow: every kind at every call, or a sample of that."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.flow import Flow
from tests.faults.kinds import KINDS, PATCH, Kind, is_read
from tests.faults.records import Case, Played, Undisturbed
from tests.faults.settling import Fault


def cases(flow: Flow, rounds: list[Undisturbed], *, all_kinds: bool = False) -> Iterator[Case]:
    """Every fault of every round that is not given."""
    for played in rounds[flow.given :]:
        for kind in KINDS:
            if kind.name in flow.without or (
                flow.about_order and not (all_kinds or kind.about_order)
            ):
                continue
            faults = list(_faults(played.played, kind, all_kinds=all_kinds))
            for fault in faults if all_kinds else _sample(faults, kind, flow.every):
                yield Case(flow=flow, round=played, fault=fault)


def _faults(played: Played, kind: Kind, *, all_kinds: bool) -> Iterator[Fault]:
    for number, delivery in enumerate(played.deliveries):
        calls = range(delivery.first, delivery.first + delivery.calls)
        for call in calls if kind.strike else calls[:1]:
            if kind.as_if_first and call >= _until_written(played.calls):
                return
            if kind.strikes(played.calls[call], call, all_kinds=all_kinds or not kind.strike):
                yield Fault(kind, call, number)


def _sample(faults: list[Fault], kind: Kind, every: int) -> list[Fault]:
    """Of faults that may strike any call every so many; each kind begins at another one."""
    if not kind.strike or kind.about or kind.only:
        return faults
    return faults[KINDS.index(kind) % min(every, len(faults) or 1) :: every]


def _until_written(calls: list[str]) -> int:
    """The calls up to the first that changes something; with it where an etag guards what was read.

    Other writes do not ask whether the model has changed: what a person does after the first one comes
    after the delivery.
    """
    first = next((n for n, method in enumerate(calls) if not is_read(method)), len(calls))
    return first + 1 if first < len(calls) and calls[first].endswith(PATCH) else first
