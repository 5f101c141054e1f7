"""The archive as it will be deployed: laid out in an empty folder, nothing else on the path."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from local.cloud.archive import archive_files, lay_out
from local.cloud.control import Control
from local.cloud.process import StartError
from local.cloud.repository import FUNCTIONS
from local.cloud.servers import Addresses, clean_environment, function
from tests.builders import a_job_entry, a_push, an_audit_entry
from tests.packaging.happenings import REASON, SETTINGS, goes_through
from tools.terraform.source_files import source_files


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return lay_out("register_model", tmp_path)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_archive_holds_what_the_function_imports_requirements_policy_and_schemas(
    name: str,
) -> None:
    names = set(archive_files(name))

    package = {name for name in names if name.startswith("bqml_registrar/")}
    assert names - package == {
        "main.py",
        "policy.yaml",
        "requirements.txt",
        "schemas/deletion_request.schema.json",
        "schemas/event.schema.json",
        "schemas/policy.schema.json",
        "schemas/registry_event.proto",
    }
    assert package == {path.removeprefix("shared/") for path in source_files()[name]}


def test_a_change_of_one_functions_own_module_is_in_no_other_archive() -> None:
    sweeper, cleaner = "bqml_registrar/sweep/use_case.py", "bqml_registrar/cleanup/use_case.py"
    holders = {m: [f for f in FUNCTIONS if m in archive_files(f)] for m in (sweeper, cleaner)}

    assert holders == {sweeper: ["reconcile"], cleaner: ["cleanup_endpoints"]}


def test_the_archive_boots_and_answers_an_event(main: Path) -> None:
    with function(main, SETTINGS) as (address, process):
        answer = requests.post(address, data=a_push(an_audit_entry("modelDataRead")), timeout=10)
        reason = process.wait_for_line(REASON)

    assert (answer.status_code, reason) == (200, "NOT_A_CHANGE")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_event_goes_through_each_archive(
    name: str, tmp_path: Path, local_cloud: Addresses, control: Control
) -> None:
    goes_through(name, lay_out(name, tmp_path), local_cloud, control)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("register_model", an_audit_entry("modelDataRead")),
        ("cleanup_endpoints", an_audit_entry("modelCreation")),
        ("cleanup_endpoints", a_job_entry("DROP_MODEL", error="Not found: Model")),
        ("reconcile", None),
    ],
    ids=["register_model", "cleanup_endpoints", "cleanup_endpoints, a failed job", "reconcile"],
)
def test_an_instance_that_has_nothing_to_do_loads_no_client(
    name: str, entry: dict[str, Any] | None, tmp_path: Path
) -> None:
    main = lay_out(name, tmp_path)
    (tmp_path / "body").write_bytes(a_push(entry) if entry else b"")
    script = (
        "import functions_framework, sys; from pathlib import Path\n"
        f"client = functions_framework.create_app('{name}', 'main.py', 'http').test_client()\n"
        "body = Path('body').read_bytes()\n"
        "answer = client.post('/', data=body) if body else client.get('/')\n"
        "print(answer.status_code, *sys.modules, file=sys.stderr)"
    )

    status, *loaded = in_archive(main, script).stderr.split()

    clients = {
        f"google.cloud.{name}" for name in ("aiplatform_v1", "bigquery", "firestore", "pubsub_v1")
    }
    assert status == "200"
    assert "bqml_registrar.delivery.entrypoint" in loaded
    assert "bqml_registrar.policy.document.explain" not in loaded
    assert not {*clients, "grpc", "google.cloud.aiplatform"} & set(loaded)


def in_archive(main: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in the archive, with nothing else on the path."""
    return subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.')\n{script}"],
        cwd=main.parent,
        env=clean_environment(**SETTINGS),
        capture_output=True,
        text=True,
        check=True,
    )


def test_it_imports_nothing_that_is_not_in_the_archive_or_in_its_requirements(main: Path) -> None:
    pinned = (main.parent / "requirements.txt").read_text()
    adapters = (
        "bigquery",
        "vertex",
        "pubsub",
        "endpoints",
        "deletions",
        "lists",
        "regional",
        "store",
    )
    script = (
        f"import bqml_registrar.wiring.functions, {', '.join(f'bqml_registrar.adapters.{name}' for name in adapters)}\n"
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )

    loaded = set(in_archive(main, script).stdout.split())
    assert not loaded & {"emulator", "local", "tests", "rich", "lark", "sqlglot", "waitress"}
    assert re.search(r"^msgspec==", pinned, re.MULTILINE)


def test_a_broken_policy_stops_the_function_at_start_naming_file_line_and_fault(
    main: Path,
) -> None:
    broken = "version: 1\nrules:\n  - name: a\n    matsch: {}\n    register: {}\n"
    (main.parent / "policy.yaml").write_text(broken)

    with pytest.raises(StartError) as raised, function(main, SETTINGS):
        pass

    assert "policy.yaml:4" in str(raised.value)
    assert "matsch" in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_missing_settings_stop_the_function_at_start_each_in_a_line(main: Path) -> None:
    with pytest.raises(StartError) as raised, function(main, {"EVENTS_TOPIC": "events"}):
        pass

    assert "GOOGLE_CLOUD_PROJECT is not set." in str(raised.value)
    assert "DEAD_LETTER_TOPIC is not set." in str(raised.value)
    assert "Traceback" not in str(raised.value)
