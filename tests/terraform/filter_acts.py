"""All acts, and the circumstances under which the local cloud plays them."""

from __future__ import annotations

from typing import Any

from tests.analyst import PROJECT
from tests.terraform.filter_calls import CALLS
from tests.terraform.filter_cloud import Act, Circumstances
from tests.terraform.filter_statements import (
    CREATED,
    DROPPED,
    FAILED,
    LENGTHS,
    QUERY,
    STATEMENTS,
)


def _tells(sql: str, writes: str, remark: str = "", **settings: Any) -> Act:
    name = f"{sql[:100]} {remark}".strip()
    return Act(name, lambda it: it.run(sql), writes, settings=settings)


_REPLACE = "CREATE OR REPLACE MODEL prod_sales.free LINEAR"
_SUBSETS = (["modelCreation"], ["modelDataChange"], ["modelMetadataChange"], [])
_ASSUMED = (
    *(
        _tells(
            _REPLACE,
            " ".join(["jobInsertion", *(f"{event}+" for event in events), "jobChange+"]),
            f"with {events}",
            replace_writes=events,
        )
        for events in _SUBSETS
    ),
    _tells("DROP MODEL prod_sales.free", DROPPED, "named", drop_job_names_model=True),
    _tells("DROP MODEL IF EXISTS other.gone", QUERY, "named", drop_job_names_model=True),
    *(
        _tells(
            "DROP MODEL prod_sales.free",
            FAILED,
            f"without Vertex AI ({status})",
            vertex_api_disabled_projects=[PROJECT],
            vertex_api_disabled_in_bigquery=status,
        )
        for status in ("INVALID_ARGUMENT", "PERMISSION_DENIED")
    ),
    _tells("CREATE MODEL eu.n REGISTERED", FAILED, "nowhere", regions_without_registry=["EU"]),
    _tells("CREATE MODEL eu.n LINEAR", CREATED, "nowhere", regions_without_registry=["EU"]),
)
_RUN = tuple(_tells(sql, writes) for sql, writes in STATEMENTS.items())
_LONG = tuple(
    _tells(sql, writes, remark)
    for remark, statements in LENGTHS.items()
    for sql, writes in statements.items()
)
_ALL = (*_RUN, *CALLS, *_ASSUMED)
_REFUSED = tuple(act for act in (*_ALL, *_LONG) if {"!", "?", "~"} & set(act.writes))
_TEXT = {"failed_job_status_has_text": True}
_NAMES = {"refused_job_names_model": ["CREATE_MODEL", "DROP_MODEL"]}
_SHORT, _WRAPPED = ({"refused_delete_text": words} for words in ("sdk-issue", "wrapped-sdk-issue"))
CIRCUMSTANCES = (
    Circumstances("", (*_ALL, *_LONG)),
    Circumstances("jobs.query", _RUN, by_query=True),
    Circumstances("no twins", _REFUSED, {"legacy_twins": False}),
    Circumstances("named", _REFUSED, _NAMES),
    Circumstances("text in status", _REFUSED, _TEXT),
    Circumstances("Vertex AI's words", _REFUSED, _SHORT),
    Circumstances("Vertex AI's words, wrapped", _REFUSED, {**_WRAPPED, **_TEXT, **_NAMES}),
    Circumstances("other words", _REFUSED, {**_SHORT, "vertex_delete_text": "replace"}),
    *(
        Circumstances(f"parts of {limit} bytes", _ALL, {"entry_limit": limit})
        for limit in (900, 1600, 1800, 2100)
    ),
    *(
        Circumstances(f"parts of {limit} bytes, text", _REFUSED, {"entry_limit": limit, **_TEXT})
        for limit in (1500, 1900, 2300)
    ),
    Circumstances("named, in parts", _REFUSED, {"entry_limit": 2000, **_NAMES}),
)
