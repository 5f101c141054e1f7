"""Splits audit entries that are too big for Logging into several.

Source: https://cloud.google.com/logging/docs/audit/split-logs: metadata, request and response of
protoPayload are distributed, strings and lists within them too; all else is in every part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.audit.size import size

Entry = dict[str, Any]
Path = tuple[str | int, ...]

_SPLITTABLE = ("metadata", "request", "response")
# assumed: however big the fields are that every part has, so much of the others is in each.
_LEAST_ROOM = 256


def split(entry: Entry, limit: int) -> list[Entry]:
    """The entry alone, or its parts if it has more bytes than the limit."""
    payload = entry.get("protoPayload", {})
    body = {name: payload[name] for name in _SPLITTABLE if name in payload}
    if not body or size(entry) <= limit:
        return [entry]
    rest = {name: value for name, value in payload.items() if name not in body}
    uid = f"{entry['insertId']}+{entry['timestamp']}"
    # The numbers are not known yet; these take more room than they will.
    frame = entry | {"protoPayload": rest, "split": _split(uid, 99999, 99999)}
    shares = _Shares(body, limit - size(frame) - len("-99999"))
    for path, leaf in _leaves(body, ()):
        shares.deal(path, leaf)
    return [
        entry
        | {
            "insertId": f"{entry['insertId']}-{index}",
            "protoPayload": rest | share,
            "split": _split(uid, index, len(shares.dealt)),
        }
        for index, share in enumerate(shares.dealt)
    ]


def _split(uid: str, index: int, total: int) -> Entry:
    """LogSplit; assumed: as in all JSON of protocol buffers, an index of 0 is not written."""
    return {"uid": uid} | ({"index": index} if index else {}) | {"totalSplits": total}


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every value that holds no other, with the names and positions on the way to it."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from _leaves(inner, (*path, position))
    else:
        yield path, value


class _Shares:
    """What each part has of the splittable fields: leaves in their order, as many as fit."""

    def __init__(self, body: Entry, room: int) -> None:
        self._body = body
        self._room = max(room, _LEAST_ROOM)
        self._free = self._room
        self.dealt: list[Entry] = [{}]

    def deal(self, path: Path, leaf: Any) -> None:
        """Give a leaf to the last share, or to a new one; only a string goes to several."""
        if isinstance(leaf, str):
            self._deal_text(path, leaf)
            return
        if size(leaf) > self._room_for(path):
            self._begin()
        self._put(path, leaf)

    def _deal_text(self, path: Path, text: str) -> None:
        while True:
            fitting = _fitting(text, self._room_for(path))
            if not fitting:
                self._begin()
                fitting = max(_fitting(text, self._room_for(path)), _LEAST_ROOM)
            self._put(path, text[:fitting])
            text = text[fitting:]
            if not text:
                return
            self._begin()

    def _room_for(self, path: Path) -> int:
        return self._free - _cost(self.dealt[-1], path)

    def _begin(self) -> None:
        if self.dealt[-1]:
            self.dealt.append({})
            self._free = self._room

    def _put(self, path: Path, leaf: Any) -> None:
        self._free = self._room_for(path) - size(leaf)
        _put(self.dealt[-1], self._body, path, leaf)


def _cost(share: Any, path: Path) -> int:
    """Bytes that the way to a leaf adds at most: names, brackets, kept places before it in lists."""
    cost = 0
    for step in path:
        if isinstance(step, str):
            there = bool(share) and step in share
            cost += 0 if there else size(step) + len(": , {}")
        else:
            have = len(share or [])
            there = step < have
            cost += len(", []") + len("null, ") * max(step - have, 0)
        share = share[step] if there else None
    return cost


def _fitting(text: str, room: int) -> int:
    """How many characters of a string fit in; an empty string needs its quotes."""
    if size(text) <= room:
        return len(text) or 1
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= room else (low, middle - 1)
    return low


def _put(share: Any, body: Any, path: Path, leaf: Any) -> None:
    """Place a leaf of the body; what lies before it in a list has its place kept by empty values."""
    holder, source = share, body
    for step, following in zip(path, [*path[1:], None], strict=True):
        inner: Any = leaf if following is None else type(source[step])()
        if isinstance(step, str):
            holder.setdefault(step, inner)
        else:
            holder.extend(map(_empty, source[len(holder) : step]))
            if len(holder) == step:
                holder.append(inner)
        holder, source = holder[step], source[step]


def _empty(kept: Any) -> Any:
    """What keeps a place: "" as documented for strings; assumed: the empty value of other kinds."""
    return type(kept)() if isinstance(kept, str | dict | list) else None
