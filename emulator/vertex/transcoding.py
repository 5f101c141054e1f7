"""HTTP to request messages and back: https://cloud.google.com/endpoints/docs/grpc/transcoding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import field_mask_pb2, json_format
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import error_details_pb2

from emulator.errors import ServiceError, unimplemented
from emulator.http_wire import error_envelope
from emulator.vertex.http_rules import Rule

# https://cloud.google.com/apis/docs/system-parameters
_ALT = ("alt", "$alt")
_WITHOUT_EFFECT = ("prettyPrint", "$prettyPrint", "key", "$key", "quotaUser", "$quotaUser")
_FIELDS = ("fields", "$fields")
_JSON = "json"
_INTEGER_ENUMS = "json;enum-encoding=int"
_MASK = field_mask_pb2.FieldMask.DESCRIPTOR

Query = Mapping[str, Sequence[str]]


def malformed(description: str) -> ServiceError:
    """400 INVALID_ARGUMENT with the detail that Google's front end gives."""
    violation = error_details_pb2.BadRequest.FieldViolation(description=description)
    detail = error_details_pb2.BadRequest(field_violations=[violation])
    return ServiceError("INVALID_ARGUMENT", description, "badRequest", details=(detail,))


def status_body(error: ServiceError) -> tuple[dict[str, Any], int]:
    """google.rpc.Status as JSON, without the list of reasons that older APIs give besides.

    https://google.aip.dev/193#http11json-representation
    """
    body, http = error_envelope(error)
    return {"error": {key: body["error"][key] for key in body["error"] if key != "errors"}}, http


def enums_as_integers(query: Query) -> bool:
    """How the answer shall name enums: the generated clients want numbers, people get names."""
    wanted = [value for name in _ALT for value in query.get(name, ())]
    if refused := [value for value in wanted if value not in {_JSON, _INTEGER_ENUMS}]:
        raise unimplemented(f"alt={refused[0]}")
    if any(name in query for name in _FIELDS):
        raise unimplemented("the parameter `fields`")
    return _INTEGER_ENUMS in wanted


def request_message(kind: Any, rule: Rule, name: str, query: Query, body: dict[str, Any]) -> Any:
    """The request that path, query and body mean; what they name and nobody knows is refused."""
    message = kind()
    if rule.body:
        _parse(body, message if rule.body == "*" else getattr(message, rule.body))
    elif body:
        raise malformed(f"{rule.verb} {rule.method} takes no body.")
    for key, values in query.items():
        if key not in {*_ALT, *_WITHOUT_EFFECT}:
            _parse(_bound(message, rule, key, values), message)
    *outer, field = rule.field.split(".")
    holder = getattr(message, outer[0]) if outer else message
    setattr(holder, field, name)
    return message


def answer(message: Any, *, integers: bool) -> dict[str, Any]:
    """A message as JSON."""
    return json_format.MessageToDict(message, use_integers_for_enums=integers)


def _parse(data: dict[str, Any], message: Any) -> None:
    try:
        json_format.ParseDict(data, message)
    except json_format.ParseError as error:
        raise malformed(f"Invalid JSON payload received. {error}") from error


def _bound(message: Any, rule: Rule, key: str, values: Sequence[str]) -> dict[str, Any]:
    """A query parameter as JSON."""
    fields = message.DESCRIPTOR.fields
    field = next((item for item in fields if key in {item.name, item.json_name}), None)
    if field is None or rule.body in {"*", field.name}:
        raise malformed(
            f'Invalid JSON payload received. Unknown name "{key}": Cannot bind query parameter. '
            f"Field '{key}' could not be found in request message."
        )
    return {field.json_name: _value(field, values[-1])}


def _value(field: Any, text: str) -> Any:
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"true": True, "false": False}.get(text, text)
    if field.message_type is _MASK:
        # Google takes masks in both spellings, protobuf's JSON mapping in camelCase only.
        return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), text)
    return text
