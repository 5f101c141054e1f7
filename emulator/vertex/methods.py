"""The methods that Vertex AI serves, on whichever wire: their messages, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.cloud.aiplatform_v1 import types
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2

from emulator.grpc_wire import Unary, raw_type
from emulator.vertex.endpoint_api import EndpointApi
from emulator.vertex.model_api import ModelApi
from emulator.vertex.operation_api import OperationApi
from emulator.vertex.registry import Registry

MODEL_SERVICE = "google.cloud.aiplatform.v1.ModelService"
ENDPOINT_SERVICE = "google.cloud.aiplatform.v1.EndpointService"
OPERATIONS = "google.longrunning.Operations"


def served_methods(registry: Registry) -> dict[str, dict[str, Unary]]:
    """Methods by service and name."""
    return {
        MODEL_SERVICE: _model_reads(ModelApi(registry)) | _model_writes(ModelApi(registry)),
        ENDPOINT_SERVICE: _endpoint_reads(EndpointApi(registry))
        | _endpoint_writes(EndpointApi(registry)),
        OPERATIONS: _operations(OperationApi(registry)),
    }


def _model_reads(api: ModelApi) -> dict[str, Unary]:
    return {
        "GetModel": _method(types.GetModelRequest, types.Model, api.get_model),
        "ListModels": _method(
            types.ListModelsRequest, types.ListModelsResponse, api.list_models, _parent
        ),
        "ListModelVersions": _method(
            types.ListModelVersionsRequest,
            types.ListModelVersionsResponse,
            api.list_model_versions,
        ),
    }


def _model_writes(api: ModelApi) -> dict[str, Unary]:
    operation = operations_pb2.Operation
    return {
        "UploadModel": _method(types.UploadModelRequest, operation, api.upload_model, _parent),
        "UpdateModel": _method(
            types.UpdateModelRequest, types.Model, api.update_model, _name_of_model
        ),
        "MergeVersionAliases": _method(
            types.MergeVersionAliasesRequest, types.Model, api.merge_version_aliases
        ),
        "DeleteModel": _method(types.DeleteModelRequest, operation, api.delete_model),
        "DeleteModelVersion": _method(
            types.DeleteModelVersionRequest, operation, api.delete_model_version
        ),
    }


def _endpoint_reads(api: EndpointApi) -> dict[str, Unary]:
    return {
        "GetEndpoint": _method(types.GetEndpointRequest, types.Endpoint, api.get_endpoint),
        "ListEndpoints": _method(
            types.ListEndpointsRequest, types.ListEndpointsResponse, api.list_endpoints, _parent
        ),
    }


def _endpoint_writes(api: EndpointApi) -> dict[str, Unary]:
    operation = operations_pb2.Operation
    return {
        "CreateEndpoint": _method(
            types.CreateEndpointRequest, operation, api.create_endpoint, _parent
        ),
        "UpdateEndpoint": _method(
            types.UpdateEndpointRequest,
            types.Endpoint,
            api.update_endpoint,
            lambda request: str(request.endpoint.name),
        ),
        "DeployModel": _method(types.DeployModelRequest, operation, api.deploy_model, _endpoint),
        "UndeployModel": _method(
            types.UndeployModelRequest, operation, api.undeploy_model, _endpoint
        ),
        "DeleteEndpoint": _method(types.DeleteEndpointRequest, operation, api.delete_endpoint),
    }


def _operations(api: OperationApi) -> dict[str, Unary]:
    pb = operations_pb2
    return {
        "GetOperation": _method(pb.GetOperationRequest, pb.Operation, api.get_operation),
        "ListOperations": _method(
            pb.ListOperationsRequest, pb.ListOperationsResponse, api.list_operations
        ),
        "WaitOperation": _method(pb.WaitOperationRequest, pb.Operation, api.wait_operation),
        "DeleteOperation": _method(
            pb.DeleteOperationRequest, empty_pb2.Empty, api.delete_operation
        ),
        "CancelOperation": _method(
            pb.CancelOperationRequest, empty_pb2.Empty, api.cancel_operation
        ),
    }


def _name(request: Any) -> str:
    return str(request.name)


def _parent(request: Any) -> str:
    return str(request.parent)


def _endpoint(request: Any) -> str:
    return str(request.endpoint)


def _name_of_model(request: Any) -> str:
    return str(request.model.name)


def _method(
    request: Any,
    response: Any,
    effect: Callable[[Any], Any],
    resource: Callable[[Any], str] = _name,
) -> Unary:
    return Unary(
        raw_type(request), raw_type(response), lambda message, _: effect(message), resource
    )
