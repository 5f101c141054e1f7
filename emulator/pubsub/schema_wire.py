"""Schemas over gRPC: which method of the API does what."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import grpc
from google.pubsub_v1 import types

from emulator.cloud import Environment
from emulator.grpc_wire import Unary, raw_type, unary_service
from emulator.pubsub import schema_listing
from emulator.pubsub.broker import Broker
from emulator.pubsub.names import check_project
from emulator.pubsub.schema_settings import check_encoding, does_not_fit
from emulator.pubsub.schema_validation import misfit
from emulator.pubsub.schemas import checked_definition
from emulator.pubsub.wire import locked_unary

SERVICE = "google.pubsub.v1.SchemaService"

Row = tuple[Any, Callable[[Any], Any], str]


def schema_service(env: Environment, broker: Broker) -> grpc.GenericRpcHandler:
    """The service of those who define what messages look like."""
    rows = {**_reading_rows(broker), **_writing_rows(broker)}
    methods = {name: _compiling(locked_unary(env, *row)) for name, row in rows.items()}
    return unary_service(env, SERVICE, {**methods, **_validating(broker)})


def _compiling(method: Unary) -> Unary:
    """The method; a definition in its request is compiled before the lock, and refused there."""

    def effect(request: Any, caller: Any) -> Any:
        if "schema" in request.DESCRIPTOR.fields_by_name:
            checked_definition(request.schema)
        return method.effect(request, caller)

    return Unary(method.request, method.response, effect, method.resource)


def _reading_rows(broker: Broker) -> dict[str, Row]:
    def get(request: Any) -> Any:
        return schema_listing.get(broker, request)

    def listed(request: Any) -> Any:
        return schema_listing.schemas(broker, request)

    def revisions(request: Any) -> Any:
        return schema_listing.revisions(broker, request)

    return {
        "GetSchema": (types.GetSchemaRequest, get, "name"),
        "ListSchemas": (types.ListSchemasRequest, listed, "parent"),
        "ListSchemaRevisions": (types.ListSchemaRevisionsRequest, revisions, "name"),
    }


def _writing_rows(broker: Broker) -> dict[str, Row]:
    schemas = broker.schemas

    def delete(request: Any) -> None:
        broker.delete_schema(request.name)

    return {
        "CreateSchema": (types.CreateSchemaRequest, schemas.create, "parent"),
        "CommitSchema": (types.CommitSchemaRequest, schemas.commit, "name"),
        "RollbackSchema": (types.RollbackSchemaRequest, schemas.rollback, "name"),
        "DeleteSchemaRevision": (
            types.DeleteSchemaRevisionRequest,
            schemas.delete_revision,
            "name",
        ),
        "DeleteSchema": (types.DeleteSchemaRequest, delete, "name"),
    }


def _validating(broker: Broker) -> dict[str, Unary]:
    """The methods that change nothing."""

    def schema(request: Any, _: Any) -> Any:
        check_project(request.parent)
        checked_definition(request.schema)
        return raw_type(types.ValidateSchemaResponse)()

    def message(request: Any, _: Any) -> Any:
        check_project(request.parent)
        check_encoding(request.encoding)
        name, revision_id, wanted = _named(broker, request)
        if why := misfit(wanted, request.message, request.encoding):
            raise does_not_fit(name, revision_id, request.encoding, why)
        return raw_type(types.ValidateMessageResponse)()

    parent = operator.attrgetter("parent")
    return {
        "ValidateSchema": Unary(raw_type(types.ValidateSchemaRequest), Any, schema, parent),
        "ValidateMessage": Unary(raw_type(types.ValidateMessageRequest), Any, message, parent),
    }


def _named(broker: Broker, request: Any) -> tuple[str, str, Any]:
    """Name, revision and class of the schema that a message is validated against."""
    if request.WhichOneof("schema_spec") == "schema":
        return request.schema.name, "", checked_definition(request.schema)
    with broker.env.lock:
        revision = broker.schemas.revision(request.name)
        return request.name, revision.id, revision.message_class
