"""Everything that the local cloud can write, read from its own code: what the acts must have met.

A new event, method, statement or setting is found here before anybody has told what it wakes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from emulator.audit import envelope
from emulator.bigquery import expiry
from emulator.bigquery.sql import classification
from emulator.settings import Settings
from tests.terraform.filter_happenings import Entry

ROOT = Path(__file__).parents[2]
# Settings that change neither which entries are written nor what a filter could ask of one.
OF_NO_ENTRY = frozenset(
    {
        "bqml_aliases_follow_format",
        "bqml_delete_from_vertex_allowed",
        "busy_endpoint_refuses",
        "copy_keeps_labels",
        "create_options_set_labels",
        "default_alias_moves",
        "default_principal",
        "deployed_model_name_has_version",
        "eventarc_duplicates",
        "eventarc_regional_hears_unlocated",
        "export_duplicates",
        "export_latency",
        "firestore_api_disabled_projects",
        "firestore_ttl_lag",
        "firestore_update_of_missing_status",
        "labels_copied_to_registry",
        "labels_survive_replace",
        "latency",
        "monitored_endpoint_delete_refused",
        "project_number",
        "registered_id_is_path",
        "registry_model_survives_replace",
        "replace_without_options_registers",
        "stale_etag_status",
        "undeploy_visible_latency",
        "unknown_deployed_model_status",
        "version_numbers_restart",
        "vertex_names_use_number",
    }
)


def _sources(place: str) -> list[Path]:
    path = ROOT / "emulator" / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _words(pattern: str, *places: str) -> set[str]:
    """The string constants of some sources that match a pattern."""
    nodes = (node for place in places for path in _sources(place) for node in _nodes(path))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and re.fullmatch(pattern, text)}


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text()))


def calls() -> set[str]:
    """The methods of BigQuery that the local cloud serves."""
    return _words(r"[A-Z][a-z]+Service\.[A-Z]\w+", "bigquery")


def writers() -> set[str]:
    """The sources with a call of something's `write`: who hands entries to the Log Router."""
    return {
        str(path.relative_to(ROOT))
        for path in _sources("")
        for node in _nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "write"
    }


def written() -> dict[str, set[str]]:
    """The words that entries may have, by what they are."""
    changes = {call for call in calls() if not re.search(r"\.(Get|List|Cancel)", call)}
    return {
        "events": _words(r"[a-z]+[A-Za-z]*(Creation|Change|Deletion|Insertion|Read)", "audit"),
        "methods": changes | {expiry.METHOD},
        "methods of the old format": _words(r"[a-z]+service\.[a-z]+", "audit"),
        "logs": {envelope.ACTIVITY, envelope.DATA_ACCESS, envelope.SYSTEM_EVENT},
        "reasons and severities": _words(
            r"[A-Z]+(_[A-Z]+)*", "audit/model_entries.py", "audit/storage_entries.py"
        ),
        "statements": set(classification._TYPES.values())
        | _words(
            r"([A-Z]+_(MODEL|SCHEMA)|SELECT|SCRIPT)",
            "bigquery/sql/classification.py",
            "bigquery/sql/model_ddl.py",
            "bigquery/sql/schema_ddl.py",
            "bigquery/job_runs.py",
        ),
        "jobs": _words(r"[A-Z]+", "audit/job_config.py") - {"WRITE_EMPTY", "INTERACTIVE"},
    }


def words_of(entries: Iterable[Entry]) -> set[str]:
    """Every key and every value of some entries; of names with dots and bars their last part, too."""
    found = {word for entry in entries for word in _leaves(entry)}
    services = {word.rpartition("v2.")[2] for word in found}
    return found | services | {word.rpartition("%2F")[2] for word in found}


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield str(value)


def choices() -> dict[str, set[Any]]:
    """The settings that matter, each with all its values where these can be listed."""
    return {
        item.name: {True, False} if isinstance(item.default, bool) else {*item.metadata["choices"]}
        for item in fields(Settings)
        if item.name not in OF_NO_ENTRY
    }


def chosen(settings: Iterable[dict[str, Any]]) -> dict[str, set[Any]]:
    """What some settings have chosen, beside what they are by themselves."""
    met = {item.name: {*_flat(item.default)} for item in fields(Settings)}
    given: dict[str, set[Any]] = {}
    for name, value in (item for each in settings for item in each.items()):
        given.setdefault(name, met[name]).update(_flat(value))
    return given


def _flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
