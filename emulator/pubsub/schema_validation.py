"""Whether a message's data fits a definition, in one of the two encodings."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from google.pubsub_v1 import types

BINARY = types.Encoding.BINARY


def misfit(message_class: Any, data: bytes, encoding: int) -> str:
    """Why the data is no message of this class; "" when it is one."""
    message = message_class()
    try:
        _read(message, data, encoding)
    except (json_format.ParseError, UnicodeDecodeError, DecodeError) as error:
        return str(error)
    if not message.IsInitialized():
        return f"Required fields are missing: {message.FindInitializationErrors()}"
    size = message.ByteSize()
    message.DiscardUnknownFields()
    # Unlike other readers of Protocol Buffers, the service takes no field that it does not know.
    return "Unknown fields" if message.ByteSize() != size else ""


def _read(message: Any, data: bytes, encoding: int) -> None:
    if encoding == BINARY:
        message.MergeFromString(data)
        return
    if not data.lstrip().startswith(b"{"):
        # The library takes an empty list too.
        raise json_format.ParseError("The data is no JSON object.")
    json_format.Parse(data, message)
