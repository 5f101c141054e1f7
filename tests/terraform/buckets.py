"""Cloud Storage as Terraform's `gcs` backend calls it, over the folders that tools/gcloud copies between."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from emulator.http_wire import HttpServer


@dataclass
class Buckets:
    """A folder for each bucket; `writable` says whether who calls may write."""

    folder: Path
    writable: bool = True
    written: list[str] = field(default_factory=list)
    address: str = ""

    def path(self, bucket: str, name: str = "") -> Path:
        return self.folder / bucket / name

    def generation(self, bucket: str, name: str) -> int:
        """0 where there is none, as in a condition that nothing is there yet."""
        path = self.path(bucket, name)
        return path.stat().st_mtime_ns if path.is_file() else 0

    def resource(self, bucket: str, name: str) -> dict[str, Any]:
        content = self.existing(bucket, name).read_bytes()
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        return {
            "bucket": bucket,
            "name": name,
            "generation": str(self.generation(bucket, name)),
            "size": str(len(content)),
            "md5Hash": b64encode(digest).decode(),
        }

    def existing(self, bucket: str, name: str) -> Path:
        return self.path(bucket, name) if self.generation(bucket, name) else abort(404)

    def changing(self, bucket: str, name: str) -> Path:
        """Where to write or delete, if that may be done now."""
        wanted = request.args.get("ifGenerationMatch")
        if not self.writable:
            abort(403)
        if wanted is not None and int(wanted) != self.generation(bucket, name):
            abort(412)
        self.written.append(f"{request.method} {bucket}/{name}")
        return self.path(bucket, name)

    # What the backend calls.

    def list(self, bucket: str) -> dict[str, Any]:
        top, prefix = self.path(bucket), request.args.get("prefix", "")
        names = (path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())
        found = sorted(name for name in names if name.startswith(prefix))
        return {"items": [self.resource(bucket, name) for name in found]}

    def read(self, bucket: str, name: str) -> Response:
        return Response(
            self.existing(bucket, name).read_bytes(),
            headers={"X-Goog-Generation": str(self.generation(bucket, name))},
        )

    def insert(self, bucket: str) -> dict[str, Any]:
        """A multipart upload: the object's name in the first part, its content in the second."""
        kind = f"Content-Type: {request.content_type}\r\n\r\n".encode()
        first, second = message_from_bytes(kind + request.get_data()).get_payload()
        name = json.loads(first.get_payload())["name"]
        path = self.changing(bucket, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(second.get_payload(decode=True))
        return self.resource(bucket, name)

    def delete(self, bucket: str, name: str) -> tuple[str, int]:
        self.changing(bucket, name).unlink()
        return "", 204


@contextmanager
def serving(folder: Path) -> Iterator[Buckets]:
    """Buckets on a free loopback port."""
    buckets = Buckets(folder)
    app = Flask("buckets")
    app.get("/storage/v1/b/<bucket>/o")(buckets.list)
    app.get("/storage/v1/b/<bucket>/o/<path:name>")(buckets.resource)
    app.delete("/storage/v1/b/<bucket>/o/<path:name>")(buckets.delete)
    app.post("/upload/storage/v1/b/<bucket>/o")(buckets.insert)
    app.get("/<bucket>/<path:name>")(buckets.read)
    server = HttpServer(app, "127.0.0.1", 0)
    buckets.address = f"127.0.0.1:{server.port}"
    try:
        yield buckets
    finally:
        server.stop()
