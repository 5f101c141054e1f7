"""Datasets: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets."""

from __future__ import annotations

from typing import Any

from emulator.bigquery.action import Action
from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.dataset_filter import has_labels, labels_of
from emulator.bigquery.fields import Fields, apply, int64
from emulator.bigquery.names import DatasetName, dataset_name
from emulator.bigquery.paging import Page, paged
from emulator.bigquery.registration import Registration
from emulator.bigquery.revisions import begin, check_etag, touch
from emulator.bigquery.state import Resource, State
from emulator.cloud import Environment
from emulator.errors import already_exists, invalid

FIELDS = Fields(
    "dataset",
    writable=frozenset(
        {
            "access",
            "defaultCollation",
            "defaultEncryptionConfiguration",
            "defaultPartitionExpirationMs",
            "defaultRoundingMode",
            "defaultTableExpirationMs",
            "description",
            "friendlyName",
            "isCaseInsensitive",
            "labels",
            "maxTimeTravelHours",
            "resourceTags",
            "storageBillingModel",
        }
    ),
    output_only=frozenset(
        {
            "creationTime",
            "datasetReference",
            "etag",
            "id",
            "kind",
            "lastModifiedTime",
            "location",
            "satisfiesPzi",
            "satisfiesPzs",
            "selfLink",
            "type",
        }
    ),
)
# https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets: defaultTableExpirationMs.
MIN_LIFETIME_MS = 3_600_000
LISTED = ("kind", "id", "datasetReference", "labels", "friendlyName", "location")


class Datasets:
    """The methods of DatasetService, and the changes that CREATE and DROP SCHEMA share with them."""

    def __init__(
        self, env: Environment, state: State, registration: Registration, trail: AuditTrail
    ) -> None:
        self._env = env
        self._state = state
        self._registration = registration
        self._trail = trail

    def insert(self, project: str, body: dict[str, Any], action: Action) -> Resource:
        """Create a dataset; its location is US unless the body names another."""
        reference = body.get("datasetReference", {})
        name = DatasetName(reference.get("projectId", project), reference.get("datasetId", ""))
        with self._env.lock, self._trail.refusals(name, action):
            return self.create(name, body.get("location") or "US", FIELDS.of(body), action)

    def get(self, name: DatasetName) -> Resource:
        """One dataset."""
        with self._env.lock:
            return view(self._state.dataset(name))

    def list(
        self, project: str, page: Page, label_filter: str, *, hidden: bool
    ) -> tuple[list[Resource], str]:
        """A page of a project's datasets; the filter has the form `labels.key:value`."""
        wanted = labels_of(label_filter)
        with self._env.lock:
            found = [
                dataset
                for name, dataset in self._state.datasets.items()
                if name.project == project
                and (hidden or not name.hidden)
                and has_labels(dataset, wanted)
            ]
            shown, token = paged(found, lambda item: dataset_name(item).dataset, page)
            rows = [{key: row[key] for key in LISTED if key in row} for row in map(view, shown)]
            return rows, token

    def patch(
        self, name: DatasetName, body: dict[str, Any], if_match: str | None, action: Action
    ) -> Resource:
        """Change the fields that the body has."""
        with self._env.lock, self._trail.refusals(name, action):
            dataset = self._state.dataset(name)
            check_etag(dataset, if_match)
            apply(dataset, _checked(FIELDS.of(body)))
            return self._changed(dataset, action)

    def update(
        self, name: DatasetName, body: dict[str, Any], if_match: str | None, action: Action
    ) -> Resource:
        """Replace all fields that can be written."""
        with self._env.lock, self._trail.refusals(name, action):
            dataset = self._state.dataset(name)
            check_etag(dataset, if_match)
            changes = _checked(FIELDS.of(body))
            for field in FIELDS.writable:
                dataset.pop(field, None)
            apply(dataset, changes)
            return self._changed(dataset, action)

    def delete(self, name: DatasetName, action: Action, *, contents: bool) -> None:
        """Delete a dataset; one with models only together with them."""
        with self._env.lock, self._trail.refusals(name, action):
            self.remove(name, action, contents=contents)

    def create(
        self, name: DatasetName, location: str, changes: dict[str, Any], action: Action
    ) -> Resource:
        """Make a dataset with these fields."""
        changes = _checked(changes)
        if name.checked() in self._state.datasets:
            raise already_exists(f"Already Exists: Dataset {name}")
        dataset = self._new(name, location)
        apply(dataset, changes)
        self._state.datasets[name] = dataset
        self._trail.dataset_changed("datasetCreation", dataset, action)
        return view(dataset)

    def ensure_anonymous(self, name: DatasetName, location: str) -> None:
        """Have the hidden dataset in which the results of a user's queries are kept.

        assumed: it comes with the user's first query in a location, and no entry tells of it.
        """
        if name not in self._state.datasets:
            self._state.datasets[name] = self._new(name, location)

    def remove(self, name: DatasetName, action: Action, *, contents: bool) -> None:
        """Take a dataset away, and with `contents` its models, for which no entries are written.

        assumed: it is refused, before anything is deleted, when a model in it is deployed.
        """
        dataset = self._state.dataset(name)
        models = list(self._state.models.get(name, {}).values())
        if models and not contents:
            raise invalid(f"Dataset {name} is still in use", "resourceInUse")
        self._registration.check_deletable(models)
        for model in models:
            self._registration.remove(model)
        self._state.models.pop(name, None)
        del self._state.datasets[name]
        self._trail.dataset_changed("datasetDeletion", view(dataset), action)

    def _new(self, name: DatasetName, location: str) -> Resource:
        upper = location.upper()
        dataset = {
            "datasetReference": name.reference,
            "location": upper if upper in ("US", "EU") else location.lower(),
            "type": "DEFAULT",
        }
        begin(dataset, self._env.clock.now_ms())
        return dataset

    def _changed(self, dataset: Resource, action: Action) -> Resource:
        touch(dataset, self._env.clock.now_ms())
        self._trail.dataset_changed("datasetChange", view(dataset), action)
        return view(dataset)


def view(dataset: Resource) -> Resource:
    """The resource as the API shows it."""
    return {"kind": "bigquery#dataset", "id": str(dataset_name(dataset)), **dataset}


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    for field in ("defaultTableExpirationMs", "defaultPartitionExpirationMs"):
        if changes.get(field) is not None:
            lifetime = int64(changes[field], field)
            changes[field] = str(lifetime) if lifetime else None  # 0 takes a default back
    lifetime = int(changes.get("defaultTableExpirationMs") or MIN_LIFETIME_MS)
    if lifetime < MIN_LIFETIME_MS:
        # assumed: the text.
        raise invalid(
            f"Invalid value for defaultTableExpirationMs: {lifetime} is less than {MIN_LIFETIME_MS} (one hour)."
        )
    return changes
