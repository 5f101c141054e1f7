"""The text of a .proto as protobuf's own descriptors, by the compiler that grpcio-tools brings."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.message import Message

_NAME = "schema.proto"


def compiled(text: str) -> FileDescriptorProto:
    """The file's descriptor; ValueError if it is no .proto (protoc says why on stderr)."""
    from grpc_tools import protoc  # type: ignore[import-untyped]  # noqa: PLC0415 - only here

    with TemporaryDirectory() as name:
        folder, descriptors = Path(name), Path(name) / "descriptors"
        (folder / _NAME).write_text(text)
        status = protoc.main(
            ["protoc", f"-I{folder}", f"--descriptor_set_out={descriptors}", str(folder / _NAME)]
        )
        if status != 0:
            raise ValueError("protoc refuses the .proto: what it says stands on stderr")
        (file,) = FileDescriptorSet.FromString(descriptors.read_bytes()).file
    return file


def message_type(text: str, name: str) -> type[Message]:
    """The class of a message of a .proto, by its full name."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(compiled(text))
    found: type[Message] = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
    return found
