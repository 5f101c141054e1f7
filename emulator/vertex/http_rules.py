"""Which HTTP path stands for which method: the google.api.http rules of the API definition.

https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models
https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from emulator.errors import ServiceError, unimplemented
from emulator.vertex.methods import ENDPOINT_SERVICE, MODEL_SERVICE, OPERATIONS

_LOCATION = "projects/*/locations/*"
_MODEL = f"{_LOCATION}/models/*"
_EVALUATION = f"{_MODEL}/evaluations/*"
_ENDPOINT = f"{_LOCATION}/endpoints/*"
_WITH_OPERATIONS = (_LOCATION, _MODEL, _ENDPOINT)
_TEMPLATE = re.compile(r"(?P<before>[^{]*)\{(?P<field>[\w.]+)=(?P<name>[^}]+)\}(?P<after>.*)")


@dataclass(frozen=True)
class Rule:
    """One rule; `body` is the request's field that the HTTP body fills, `*` = all of it."""

    verb: str
    template: str
    service: str
    method: str
    body: str = ""

    @property
    def field(self) -> str:
        """The request's field that is a part of the path."""
        return _TEMPLATE.fullmatch(self.template)["field"]  # type: ignore[index]

    def name(self, path: str) -> str | None:
        """What the path holds for that field; None if the path is another method's."""
        found = self._pattern.fullmatch(path)
        return found["name"] if found else None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # A custom method follows a colon, hence no colon in a segment.
        quoted = re.escape(_TEMPLATE.sub(r"\g<before>\0\g<name>\0\g<after>", self.template))
        before, name, after = quoted.replace(r"\*", "[^/:]+").split("\0")
        return re.compile(f"{before}(?P<name>{name}){after}")


def _of_models(verb: str, template: str, method: str, body: str = "") -> Rule:
    return Rule(verb, f"/v1/{template}", MODEL_SERVICE, method, body)


# Methods that nobody serves are here for their names.
_MODELS = (
    _of_models("GET", f"{{name={_MODEL}}}", "GetModel"),
    _of_models("GET", f"{{parent={_LOCATION}}}/models", "ListModels"),
    _of_models("GET", f"{{name={_MODEL}}}:listVersions", "ListModelVersions"),
    _of_models("POST", f"{{parent={_LOCATION}}}/models:upload", "UploadModel", "*"),
    _of_models("PATCH", f"{{model.name={_MODEL}}}", "UpdateModel", "model"),
    _of_models("POST", f"{{name={_MODEL}}}:mergeVersionAliases", "MergeVersionAliases", "*"),
    _of_models("DELETE", f"{{name={_MODEL}}}", "DeleteModel"),
    _of_models("DELETE", f"{{name={_MODEL}}}:deleteVersion", "DeleteModelVersion"),
    _of_models("POST", f"{{parent={_LOCATION}}}/models:copy", "CopyModel", "*"),
    _of_models("POST", f"{{name={_MODEL}}}:export", "ExportModel", "*"),
    _of_models("GET", f"{{name={_MODEL}}}:listCheckpoints", "ListModelVersionCheckpoints"),
    _of_models(
        "POST", f"{{model={_MODEL}}}:updateExplanationDataset", "UpdateExplanationDataset", "*"
    ),
    _of_models("POST", f"{{parent={_MODEL}}}/evaluations:import", "ImportModelEvaluation", "*"),
    _of_models("GET", f"{{parent={_MODEL}}}/evaluations", "ListModelEvaluations"),
    _of_models("GET", f"{{name={_EVALUATION}}}", "GetModelEvaluation"),
    _of_models("GET", f"{{parent={_EVALUATION}}}/slices", "ListModelEvaluationSlices"),
    _of_models("GET", f"{{name={_EVALUATION}/slices/*}}", "GetModelEvaluationSlice"),
    _of_models(
        "POST",
        f"{{parent={_EVALUATION}}}/slices:batchImport",
        "BatchImportModelEvaluationSlices",
        "*",
    ),
    _of_models(
        "POST",
        f"{{parent={_EVALUATION}/slices/*}}:batchImport",
        "BatchImportEvaluatedAnnotations",
        "*",
    ),
)


def _of_endpoints(verb: str, template: str, method: str, body: str = "") -> Rule:
    return Rule(verb, f"/v1/{template}", ENDPOINT_SERVICE, method, body)


_ENDPOINTS = (
    _of_endpoints("POST", f"{{parent={_LOCATION}}}/endpoints", "CreateEndpoint", "endpoint"),
    _of_endpoints("GET", f"{{name={_ENDPOINT}}}", "GetEndpoint"),
    _of_endpoints("GET", f"{{parent={_LOCATION}}}/endpoints", "ListEndpoints"),
    _of_endpoints("PATCH", f"{{endpoint.name={_ENDPOINT}}}", "UpdateEndpoint", "endpoint"),
    _of_endpoints(
        "POST", f"{{endpoint.name={_ENDPOINT}}}:update", "UpdateEndpointLongRunning", "*"
    ),
    _of_endpoints("DELETE", f"{{name={_ENDPOINT}}}", "DeleteEndpoint"),
    _of_endpoints("POST", f"{{endpoint={_ENDPOINT}}}:deployModel", "DeployModel", "*"),
    _of_endpoints("POST", f"{{endpoint={_ENDPOINT}}}:undeployModel", "UndeployModel", "*"),
    _of_endpoints(
        "POST", f"{{endpoint={_ENDPOINT}}}:mutateDeployedModel", "MutateDeployedModel", "*"
    ),
)


def _of_operations(prefix: str, name: str) -> tuple[Rule, ...]:
    path = f"/{prefix}/{{name={name}}}"
    return (
        Rule("GET", path, OPERATIONS, "GetOperation"),
        Rule("DELETE", path, OPERATIONS, "DeleteOperation"),
        Rule("POST", f"{path}:wait", OPERATIONS, "WaitOperation"),
        Rule("POST", f"{path}:cancel", OPERATIONS, "CancelOperation"),
    )


# Google's own clients ask for operations under /ui, everybody else under /v1.
RULES = (
    *_MODELS,
    *_ENDPOINTS,
    *(
        rule
        for at in ("v1", "ui")
        for place in _WITH_OPERATIONS
        for rule in _of_operations(at, f"{place}/operations/*")
    ),
    *(
        Rule("GET", f"/{at}/{{name={place}}}/operations", OPERATIONS, "ListOperations")
        for at in ("v1", "ui")
        for place in _WITH_OPERATIONS
    ),
)


def find_rule(verb: str, path: str) -> tuple[Rule, str]:
    """The rule for a request, and the resource in its path; ServiceError if there is none."""
    for rule in RULES:
        if rule.verb == verb and (name := rule.name(path)) is not None:
            return rule, name
    raise unimplemented(f"{verb} {path}")


def no_method(rule: Rule) -> ServiceError:
    """The refusal of a method that has a rule, but is not served."""
    return unimplemented(f"{rule.service}.{rule.method}")
