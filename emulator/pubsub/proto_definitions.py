"""Protocol Buffer definitions: text to a message class, compiled by protoc once per definition.

What Pub/Sub takes: https://cloud.google.com/pubsub/docs/schemas
"""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from emulator.errors import ServiceError, invalid

MAX_BYTES = 300_000
# protoc needs milliseconds; a machine under load may need longer to start it.
PATIENCE = 60

_FILE = "schema.proto"


def message_class(definition: str) -> Any:
    """The class of the definition's one message, or INVALID_ARGUMENT with the reason."""
    if not definition.strip():
        raise _refused("The definition is empty.")
    if len(definition.encode()) > MAX_BYTES:
        raise _refused(f"The definition is larger than {MAX_BYTES} bytes.")
    result = _outcome(definition)
    if isinstance(result, str):
        raise _refused(result)
    return result


def _refused(why: str) -> ServiceError:
    # The two sentences are the service's; assumed: what follows them.
    return invalid(f"Invalid schema definition: Could not parse schema. {why}")


@functools.lru_cache(maxsize=512)
def _outcome(definition: str) -> Any:
    """A message class, or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, _FILE).write_text(definition, encoding="utf-8")
        found = _protoc(folder)
    if isinstance(found, str):
        return found
    return _problem(found) or _class_of(found)


def _protoc(folder: str) -> Any:
    """The file's descriptor, or protoc's complaint. A process of its own: it writes to stderr."""
    compiled = Path(folder, "compiled")
    run = subprocess.run(  # noqa: S603 - only the file's content is the caller's
        [
            *(sys.executable, "-m", "grpc_tools.protoc"),
            *(f"-I{folder}", f"--descriptor_set_out={compiled}", _FILE),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if run.returncode:
        return run.stderr.replace(f"{folder}/", "").strip()
    return descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes()).file[0]


def _problem(file: Any) -> str:
    if file.dependency:
        return f"Import statements are not supported: {file.dependency[0]}."
    types = [item.name for item in [*file.message_type, *file.enum_type]]
    if len(types) != 1 or not file.message_type:
        return f"There must be exactly one top-level type, a message; found: {types}."
    return ""


def _class_of(file: Any) -> Any:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    name = ".".join(filter(None, [file.package, file.message_type[0].name]))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
