"""The arithmetic of a traffic split: who gets what is left by those that leave an endpoint.

A split is in percent by id: empty, or 100 in sum; who is absent from it has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum

_WHOLE = 100


class NoSplit(Enum):
    """Why there is no new split: none is needed, or nobody that stays has a share to go by."""

    NOT_NEEDED = "not needed"
    REST_WITHOUT_TRAFFIC = "rest without traffic"


def redistributed(
    traffic: Mapping[str, int], leaving: Sequence[str], staying: Collection[str]
) -> dict[str, int] | NoSplit:
    """The split once those that leave have none; ids that are neither are gone, and count for nothing.

    `leaving` is in the order of going. Where nobody stays all traffic is moved to the one that goes
    last: the others can then be undeployed, and so can that one, without a split.
    """
    before_the_last = leaving if staying else leaving[:-1]
    if not any(traffic.get(id_, 0) for id_ in before_the_last):
        return NoSplit.NOT_NEEDED
    if not staying:
        return {leaving[-1]: _WHOLE}
    return shares_by({id_: traffic.get(id_, 0) for id_ in staying}) or NoSplit.REST_WITHOUT_TRAFFIC


def equal_shares(ids: Iterable[str]) -> dict[str, int]:
    """The split in parts as equal as whole percents allow."""
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
