"""What may be set while the local cloud runs: latencies, and the answers that nobody could verify.

Every field marked `assumed` stands for behaviour of the real service that is not documented; its
default is the harshest plausible one. `emulator/README.md` lists them with what is known.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from emulator.deployment_settings import DeploymentSettings
from emulator.errors import HTTP_STATUS, invalid
from emulator.firestore_settings import FirestoreSettings
from emulator.setting_fields import checked, setting


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """Latencies in seconds, and assumptions."""

    default_principal: str = setting(
        "registrar@local-cloud.iam.gserviceaccount.com",
        "who calls when a request carries no bearer token",
        pattern=".+",
    )
    project_number: str = setting(
        "123456789012",
        "project number in resource names that the services return",
        pattern="[1-9][0-9]*",
    )
    latency: float = setting(0.0, "seconds that every API call takes")
    export_latency: float = setting(
        0.05, "seconds from the writing of a log entry to its export by a sink"
    )
    export_duplicates: int = setting(
        1, "how many extra copies of each exported log entry are published", assumed=True
    )
    registration_latency: float = setting(
        0.3,
        "seconds from a models.patch or ALTER MODEL with vertex_ai_model_id to the version in the registry",
        assumed=True,
    )
    version_latency: float = setting(
        0.1,
        "seconds from the version's number in models.get to the version in the answers of Vertex AI",
        assumed=True,
    )
    create_options_set_labels: bool = setting(
        False, "CREATE MODEL OPTIONS(labels=[(k, v)]) sets resource labels", assumed=True
    )
    registered_id_is_path: bool = setting(
        True,
        "models.get shows vertexAiModelId as a resource path, not as the bare id",
        assumed=True,
    )
    default_alias_moves: bool = setting(
        False,
        "the alias `default` moves to a version registered later under the same id",
        assumed=True,
    )
    labels_copied_to_registry: bool = setting(
        False, "BigQuery labels are copied to the Vertex version", assumed=True
    )
    replace_writes: tuple[str, ...] = setting(
        ("modelCreation", "modelDataChange", "modelMetadataChange"),
        "audit events written by CREATE OR REPLACE MODEL over an existing model",
        assumed=True,
        choices=("modelCreation", "modelDataChange", "modelMetadataChange"),
    )
    legacy_twins: bool = setting(True, "each action also writes the old AuditData entry")
    job_latency: float = setting(0.05, "seconds from the start of a BigQuery job to its end")
    labels_survive_replace: bool = setting(
        False,
        "CREATE OR REPLACE MODEL keeps the labels of the model that it replaces",
        assumed=True,
    )
    replace_without_options_registers: bool = setting(
        False,
        "CREATE OR REPLACE MODEL without MODEL_REGISTRY over a registered model registers the new one too",
        assumed=True,
    )
    drop_job_names_model: bool = setting(
        False, "the job of a DROP MODEL names the model as its destinationTable", assumed=True
    )
    vertex_names_use_number: bool = setting(
        True, "names in answers of Vertex AI carry the project's number, not its id"
    )
    operation_latency: float = setting(
        0.2, "seconds that a long-running operation of Vertex AI takes"
    )
    stale_etag_status: str = setting(
        "ABORTED",
        "canonical code that an UpdateModel or UpdateEndpoint with a stale etag answers (google.aip.dev/154)",
        assumed=True,
        choices=tuple(sorted(HTTP_STATUS)),
    )
    bqml_delete_from_vertex_allowed: bool = setting(
        False,
        "DeleteModel and DeleteModelVersion of Vertex AI delete a BigQuery ML model",
        assumed=True,
    )
    bqml_aliases_follow_format: bool = setting(
        True,
        "aliases in CREATE MODEL must have the form of version aliases, with underscores, without capitals",
        assumed=True,
    )

    registry_model_survives_replace: bool = setting(
        False,
        "labels, description and display name of a registry model outlive the CREATE OR REPLACE of its only version",
        assumed=True,
    )
    version_numbers_restart: bool = setting(
        True,
        "the versions of a registry model that had been gone begin at 1 again",
        assumed=True,
    )
    copy_writes: tuple[str, ...] = setting(
        (),
        "audit events about the new model that a copy job writes beside those of the job",
        assumed=True,
        choices=("modelCreation", "modelDataChange", "modelMetadataChange"),
    )
    copy_keeps_labels: bool = setting(
        False, "a copy of a model has the labels of its source", assumed=True
    )
    regions_without_registry: tuple[str, ...] = setting(
        (), "BigQuery locations whose models cannot be registered", pattern="[A-Za-z0-9-]+"
    )
    vertex_api_disabled_projects: tuple[str, ...] = setting(
        (), "projects, by id or number, that have not enabled the Vertex AI API", pattern="[^/]+"
    )
    vertex_api_disabled_in_bigquery: str = setting(
        "INVALID_ARGUMENT",
        "canonical code with which BigQuery refuses a registration where the Vertex AI API is not enabled",
        assumed=True,
        choices=("INVALID_ARGUMENT", "PERMISSION_DENIED"),
    )
    entry_limit: int = setting(
        262_144, "bytes over which Logging splits an audit entry into several"
    )
    foreign_projects: tuple[str, ...] = setting(
        (),
        "projects of another organization: entries of one side do not name the jobs of the other",
        assumed=True,
        pattern="[^/]+",
    )
    eventarc_duplicates: int = setting(
        1, "how many extra copies of each audit event Eventarc delivers", assumed=True
    )
    eventarc_regional_hears_unlocated: bool = setting(
        False,
        "a trigger in a region gets the events of entries that name no location, too",
        assumed=True,
    )


@dataclass(frozen=True, kw_only=True)
class Settings(FirestoreSettings, DeploymentSettings, ServiceSettings):
    """All settings; those of the services come first, then those of deployments, then Firestore's."""

    def changed(self, changes: dict[str, Any]) -> Settings:
        """These settings with some changed; ServiceError names an unknown one or a wrong value."""
        known = {item.name: item for item in fields(self)}
        if unknown := [name for name in changes if name not in known]:
            raise invalid(f"There is no setting {unknown[0]!r}. Settings: {', '.join(known)}.")
        values = {name: checked(known[name], value) for name, value in changes.items()}
        return replace(self, **values)
