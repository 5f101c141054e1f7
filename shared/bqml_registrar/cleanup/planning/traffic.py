"""Computes traffic splits: how the traffic of leaving models goes to the staying ones.

A split maps ids to percent. It is empty or sums to 100; an id that is absent has no traffic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum

_WHOLE = 100


class NoSplit(Enum):
    """Why there is no new split: none is needed, or no staying model has a share to divide by."""

    NOT_NEEDED = "not needed"
    REST_WITHOUT_TRAFFIC = "rest without traffic"


def redistributed(
    traffic: Mapping[str, int], leaving: Sequence[str], staying: Collection[str]
) -> dict[str, int] | NoSplit:
    """The split without the leaving models; ids that neither leave nor stay are gone, and ignored.

    `leaving` is in the order of undeployment. If no model stays, the last one to leave gets all
    traffic: the others, and finally that one, can then be undeployed without a split.
    """
    before_the_last = leaving if staying else leaving[:-1]
    if not any(traffic.get(id_, 0) for id_ in before_the_last):
        return NoSplit.NOT_NEEDED
    if not staying:
        return {leaving[-1]: _WHOLE}
    return shares_by({id_: traffic.get(id_, 0) for id_ in staying}) or NoSplit.REST_WITHOUT_TRAFFIC


def equal_shares(ids: Iterable[str]) -> dict[str, int]:
    """The split into parts as equal as whole percents allow."""
    return shares_by(dict.fromkeys(ids, 1))


def shares_by(weights: Mapping[str, int]) -> dict[str, int]:
    """100 percent by weight, rounded by largest remainder, ties by id; empty without any weight."""
    total = sum(weights.values())
    if not total:
        return {}
    shares = {id_: weight * _WHOLE // total for id_, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda id_: (-(weights[id_] * _WHOLE % total), id_))
    for id_ in by_remainder[: _WHOLE - sum(shares.values())]:
        shares[id_] += 1
    return {id_: shares[id_] for id_ in sorted(shares) if shares[id_]}
