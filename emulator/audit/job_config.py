"""A job's configuration as audit logs tell it.

Source: BigQueryAuditMetadata.JobConfig.
"""

from __future__ import annotations

from collections.abc import Callable

from emulator.audit.envelope import Resource, dataset_name, table_name, without_empty
from emulator.errors import unimplemented

QUERY_LIMIT = 50_000


def job_config(job: Resource) -> Resource:
    """JobConfig of a query or copy job."""
    configuration = job["configuration"]
    for kind, (type_name, field, build) in _KINDS.items():
        if kind in configuration:
            config = {"type": type_name, field: without_empty(build(job))}
            return config | without_empty({"labels": dict(configuration.get("labels") or {})})
    raise unimplemented(f"audit entries of {configuration.get('jobType', 'unknown')} jobs")


def _query(job: Resource) -> Resource:
    query = job["configuration"]["query"]
    text, cut = _cut(query.get("query", ""))
    default = query.get("defaultDataset")
    return {
        "query": text,
        "queryTruncated": cut or None,
        "destinationTable": table_name(query.get("destinationTable")),
        "createDisposition": query.get("createDisposition", "CREATE_IF_NEEDED"),
        "writeDisposition": query.get("writeDisposition", "WRITE_EMPTY"),
        "defaultDataset": dataset_name(default) if default else "",
        "priority": f"QUERY_{query.get('priority', 'INTERACTIVE')}",
        "statementType": job.get("statistics", {}).get("query", {}).get("statementType", ""),
    }


def _cut(text: str) -> tuple[str, bool]:
    """A query's text within the documented 50K."""
    data = text.encode()
    return data[:QUERY_LIMIT].decode(errors="ignore"), len(data) > QUERY_LIMIT


def _copy(job: Resource) -> Resource:
    config = job["configuration"]["copy"]
    sources = config.get("sourceTables") or [config["sourceTable"]]
    return {
        "sourceTables": [table_name(source) for source in sources],
        "destinationTable": table_name(config.get("destinationTable")),
        "createDisposition": config.get("createDisposition", "CREATE_IF_NEEDED"),
        "writeDisposition": config.get("writeDisposition", "WRITE_EMPTY"),
    }


# Kind of job in REST -> its type and field in audit logs, and what makes the latter.
_KINDS: dict[str, tuple[str, str, Callable[[Resource], Resource]]] = {
    "query": ("QUERY", "queryConfig", _query),
    "copy": ("COPY", "tableCopyConfig", _copy),
}
