"""A load generator: one thread and raw sockets, so that it costs little beside what it measures."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

_TIMEOUT = 60.0
_CHUNK = 65536
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def drive(address: str, bodies: Iterable[bytes], connections: int) -> float:
    """POST each body once, so many at a time on connections that are kept; the seconds it took.

    RuntimeError for any answer but 200. A connection that the server closes instead of an answer is
    opened anew, once a request: gunicorn closes what it takes for idle, on a busy machine too early.
    """
    requests = (_request(address, body) for body in bodies)
    with selectors.DefaultSelector() as selector:
        opened = [_Connection(address) for _ in range(connections)]
        try:
            began = time.perf_counter()
            for connection in opened:
                _send_next(connection, requests, selector)
            while selector.get_map():
                _serve(selector, requests)
            return time.perf_counter() - began
        finally:
            for connection in opened:
                connection.close()


class _Connection:
    """One kept-alive connection with at most one request under way."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        self._server = (url.hostname, url.port)
        self._request = self._received = b""
        self._is_again = False
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(self._server, timeout=_TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def is_answered(self) -> bool:
        """Read what has arrived; whether the answer is whole now."""
        chunk = self.socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionResetError(f"connection closed after {self._received[:200]!r}")
        self._received += chunk
        head, end, body = self._received.partition(_END_OF_HEAD)
        if not end:
            return False
        if b" 200 " not in head.partition(b"\r\n")[0] or not (length := _LENGTH.search(head)):
            raise RuntimeError(f"answered {self._received[:200]!r}")
        return len(body) >= int(length.group(1))

    def send(self, request: bytes) -> None:
        """Begin the next request."""
        self._request, self._received, self._is_again = request, b"", False
        self.socket.sendall(request)

    def send_again(self) -> None:
        """The same request on a new connection; RuntimeError if that was one already."""
        if self._is_again or self._received:
            raise RuntimeError(f"connection closed after {self._received[:200]!r}")
        self.close()
        self._open()
        self._is_again = True
        self.socket.sendall(self._request)

    def close(self) -> None:
        """Close it."""
        self.socket.close()


def _serve(selector: selectors.BaseSelector, requests: Iterator[bytes]) -> None:
    ready = selector.select(_TIMEOUT)
    if not ready:
        raise RuntimeError(f"no answer within {_TIMEOUT:.0f} s")
    for key, _ in ready:
        connection: _Connection = key.data
        try:
            if connection.is_answered():
                selector.unregister(connection.socket)
                _send_next(connection, requests, selector)
        except ConnectionError:
            selector.unregister(key.fileobj)
            connection.send_again()
            selector.register(connection.socket, selectors.EVENT_READ, connection)


def _send_next(
    connection: _Connection, requests: Iterator[bytes], selector: selectors.BaseSelector
) -> None:
    request = next(requests, None)
    if request is not None:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(request)


def _request(address: str, body: bytes) -> bytes:
    head = (
        f"POST / HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
