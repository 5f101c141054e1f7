"""Which fields the bodies of jobs.insert and jobs.query have, as one configuration.

https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfiguration
"""

from __future__ import annotations

from typing import Any

from emulator.bigquery.fields import camel, unknown_field
from emulator.bigquery.labels import check_labels
from emulator.errors import invalid, unimplemented

Config = dict[str, Any]

_JOB = frozenset({"dryRun", "jobTimeoutMs", "jobType", "labels", "maxSlots", "reservation"})
_KINDS = ("query", "copy", "load", "extract")
_QUERY = frozenset(
    {
        "allowLargeResults",
        "clustering",
        "connectionProperties",
        "continuous",
        "createDisposition",
        "createSession",
        "defaultDataset",
        "destinationEncryptionConfiguration",
        "destinationTable",
        "flattenResults",
        "maximumBillingTier",
        "maximumBytesBilled",
        "parameterMode",
        "preserveNulls",
        "priority",
        "query",
        "queryParameters",
        "rangePartitioning",
        "schemaUpdateOptions",
        "scriptOptions",
        "tableDefinitions",
        "timePartitioning",
        "useLegacySql",
        "useQueryCache",
        "userDefinedFunctionResources",
        "writeDisposition",
        "writeIncrementalResults",
    }
)
_COPY = frozenset(
    {
        "createDisposition",
        "destinationEncryptionConfiguration",
        "destinationExpirationTime",
        "destinationTable",
        "operationType",
        "sourceTable",
        "sourceTables",
        "writeDisposition",
    }
)
# What jobs.query takes beside the fields of the two above; none of it changes what a job does.
_REQUEST = frozenset(
    {"formatOptions", "jobCreationMode", "kind", "location", "maxResults", "requestId", "timeoutMs"}
)


def insert_config(configuration: Any) -> Config:
    """The configuration of a jobs.insert body."""
    if not isinstance(configuration, dict):
        raise invalid("Required parameter is missing: configuration", "required")
    config = _known(configuration, _JOB | set(_KINDS), "job.configuration")
    kinds = [kind for kind in _KINDS if kind in config]
    if len(kinds) != 1:
        raise invalid(
            "Job configuration must contain exactly one job-specific configuration object."
        )
    if kinds[0] in ("load", "extract"):
        raise unimplemented(f"jobs.insert with configuration.{kinds[0]}")
    fields = _QUERY if kinds[0] == "query" else _COPY
    inner = _known(config[kinds[0]], fields, f"job.configuration.{kinds[0]}")
    return _checked({**config, kinds[0]: inner, "jobType": kinds[0].upper()})


def request_config(body: dict[str, Any]) -> Config:
    """The configuration that a jobs.query body stands for."""
    request = _known(body, _JOB | _QUERY | _REQUEST, "query_request")
    config: Config = {key: request[key] for key in _JOB & set(request)}
    query = {key: request[key] for key in _QUERY & set(request)}
    return _checked({**config, "query": query, "jobType": "QUERY"})


def _known(body: Any, known: frozenset[str] | set[str], place: str) -> Config:
    if not isinstance(body, dict):
        raise invalid(f"Invalid value at '{place}'")
    for name in body:
        if camel(name) not in known:
            raise unknown_field(name, place)
    return {camel(name): value for name, value in body.items()}


def _checked(config: Config) -> Config:
    check_labels(config.get("labels") or {})
    query = config.get("query", {})
    for feature in ("createSession", "continuous"):
        if query.get(feature):
            raise unimplemented(f"queries with {feature}")
    if "query" in config:
        if not query.get("query"):
            raise invalid("Required parameter is missing: query", "required")
        if query.get("useLegacySql", True):  # the default of the API is legacy SQL
            raise unimplemented("legacy SQL (useLegacySql is true unless the request says false)")
    return config
