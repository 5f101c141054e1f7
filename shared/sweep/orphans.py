"""Orphans: versions in the registry whose BigQuery model is gone. They are told of, never touched.

BigQuery takes a version along when its model goes; where one is left all the same, only a person can
say what it is. Versions are found by our marks, models through their default versions alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from shared.context import Context
from shared.errors import PermanentError
from shared.facts import ModelVersion
from shared.marks import OF_DATASET, OF_MODEL, marked_name, name_mark
from shared.names import DatasetName, vertex_region
from shared.publication import Publication
from shared.sweep.announcements import drift
from shared.sweep.ports import ListedDataset


class Orphans:
    """Finds orphans and announces each; the same one has the same id in every sweep."""

    def __init__(self, context: Context, publication: Publication) -> None:
        self._context = context
        self._publication = publication

    def of_gone_datasets(self, project: str, datasets: Iterable[ListedDataset]) -> int:
        """Versions of datasets that are not listed, in the regions of those that are."""
        listed = list(datasets)
        there = {name_mark(dataset.name.dataset) for dataset in listed}
        regions = sorted(
            {vertex_region(dataset.location) for dataset in listed if dataset.location}
        )
        found = 0
        for region in regions:
            for version in self._registered(project, region):
                if version.labels.get(OF_DATASET, "") not in {"", *there}:
                    found += self._tell(version, project)
        return found

    def of_gone_models(self, dataset: DatasetName, region: str, seen: Collection[str]) -> int:
        """Versions of a dataset's models that are not among `seen`, and are not there."""
        there = {name_mark(model) for model in seen}
        marked = self._registered(dataset.project, region, name_mark(dataset.dataset))
        return sum(
            self._tell(version, dataset.project)
            for version in marked
            if version.labels.get(OF_MODEL, "") not in there
        )

    def _registered(
        self, project: str, region: str, of_dataset: str = ""
    ) -> Iterator[ModelVersion]:
        """One by one: of all that a dataset has, no more than a page is held at a time."""
        # A project or a region without the registry has no orphans in it.
        with suppress(PermanentError):
            yield from self._context.ports.lists.registered(project, region, of_dataset)

    def _tell(self, version: ModelVersion, project: str) -> int:
        """1 where it is an orphan for sure."""
        name = marked_name(version.labels, project)
        if name is None or self._context.ports.catalog.get(name) is not None:
            return 0
        dry_run, target = self._context.dry_run, str(version.name)
        detail = f"{target} has no BigQuery model any more"
        event = drift(name, target, detail, vertex=version.name, dry_run=dry_run)
        self._publication.publish_unmarked(event)
        return 1
