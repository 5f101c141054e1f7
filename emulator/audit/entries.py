"""Builders of BigQuery's audit entries, from resources as the REST API returns them.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/BigQueryAuditMetadata
"""

from __future__ import annotations

from emulator.audit.job_entries import job_changed, job_inserted
from emulator.audit.legacy import legacy_twin
from emulator.audit.model_entries import (
    model_created,
    model_data_changed,
    model_data_read,
    model_deleted,
    model_metadata_changed,
)
from emulator.audit.storage_entries import api_refused, dataset_changed, table_data_read

__all__ = [
    "api_refused",
    "dataset_changed",
    "job_changed",
    "job_inserted",
    "legacy_twin",
    "model_created",
    "model_data_changed",
    "model_data_read",
    "model_deleted",
    "model_metadata_changed",
    "table_data_read",
]
