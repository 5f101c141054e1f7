"""Finds orphans: versions in the registry without a BigQuery model. It announces, never changes.

BigQuery deletes a version together with its model; if one is left, only a person can say what it
is. Versions are found by our labels, and the registry's models only by their default versions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bqml_registrar.bookkeeping.ownership import (
    OF_DATASET,
    OF_MODEL,
    OWNER,
    is_digest,
    labelled_model,
    name_label,
    source_digest,
)
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.errors import DeliveryError, PermanentError
from bqml_registrar.names import DatasetName, ModelName, vertex_region
from bqml_registrar.ports import Lists
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedDataset
from bqml_registrar.resources.models import ModelVersion
from bqml_registrar.sweep.events import drift


class Orphans:
    """Finds orphans and announces each; the event of an orphan has the same id in every sweep.

    `failures` are of regions that could not be listed.
    """

    def __init__(self, context: Context, publisher: EventPublisher) -> None:
        self._context = context
        self._publisher = publisher
        self.failures: list[DeliveryError] = []

    def of_gone_datasets(self, project: str, datasets: Iterable[ListedDataset]) -> int:
        """Announce versions of datasets that are not listed, in the regions of the listed ones."""
        listed = list(datasets)
        there = {name_label(dataset.name.dataset) for dataset in listed}
        regions = sorted(
            {vertex_region(dataset.location) for dataset in listed if dataset.location}
        )
        found = 0
        for region in regions:
            for version in self._registered(project, region):
                label = version.labels.get(OF_DATASET, "")
                if label not in there:
                    found += self._of_gone_dataset(version, project, label)
        return found

    def of_gone_models(self, dataset: DatasetName, region: str, seen: Collection[str]) -> int:
        """Announce versions of a dataset's models that are not in `seen` and do not exist."""
        there = {name_label(model) for model in seen}
        labelled = self._registered(dataset.project, region, name_label(dataset.dataset))
        found, nameless = 0, []
        for version in labelled:
            label = version.labels.get(OF_MODEL, "")
            if is_digest(label) and label not in there:
                nameless.append(version)
            elif label not in there:
                found += self._announce_named(version, dataset.project)
        return found + self._of_nameless(dataset, nameless)

    def _of_nameless(self, dataset: DatasetName, versions: list[ModelVersion]) -> int:
        """Announce versions that have only digests as names, if no model fits in a newer list."""
        if not versions:
            return 0
        names = [
            ModelName(project=dataset.project, dataset=dataset.dataset, model=model)
            for model in names_of(dataset, self._context.ports.lists)
        ]
        # A person may have changed one of the two labels, but hardly both.
        known = {name_label(name.model) for name in names} | {source_digest(name) for name in names}
        gone = [
            version
            for version in versions
            if version.labels.get(OWNER)
            and known.isdisjoint({version.labels[OWNER], version.labels[OF_MODEL]})
        ]
        return sum(self._announce(version, dataset) for version in gone)

    def _of_gone_dataset(self, version: ModelVersion, project: str, label: str) -> int:
        if is_digest(label) or not is_digest(version.labels.get(OF_MODEL, "")):
            return self._announce_named(version, project)
        try:
            dataset = DatasetName(project=project, dataset=label)
        except ValueError:  # a person changed the label
            return 0
        gone = self._context.ports.catalog.dataset(dataset) is None
        return self._announce(version, dataset) if gone else 0

    def _registered(
        self, project: str, region: str, of_dataset: str = ""
    ) -> Iterator[ModelVersion]:
        """The labelled versions, one by one: no more than a page is held at a time."""
        try:
            yield from self._context.ports.lists.registered(project, region, of_dataset)
        except PermanentError as error:
            # A project or a region without the registry has no orphans in it.
            if error.reason is Reason.PERMISSION_DENIED:
                self.failures.append(error)

    def _announce_named(self, version: ModelVersion, project: str) -> int:
        """1 if its labels name a model that does not exist."""
        name = labelled_model(version.labels, project)
        if name is None or self._context.ports.catalog.get(name) is not None:
            return 0
        return self._announce(version, name)

    def _announce(self, version: ModelVersion, name: ModelName | DatasetName) -> int:
        dry_run, target = self._context.dry_run, str(version.name)
        detail = f"{target} has no BigQuery model any more"
        event = drift(name, target, detail, vertex=version.name, dry_run=dry_run)
        self._publisher.publish_unless_recent(event)
        return 1


def names_of(dataset: DatasetName, lists: Lists) -> set[str]:
    """The names of all models of a dataset."""
    names: set[str] = set()
    token = ""
    while page := lists.models(dataset, token):
        names.update(model.name.model for model in page.models)
        token = page.following
        if not token:
            break
    return names
