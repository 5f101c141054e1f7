"""Where the young models of a dataset came from, found in one list of their project's jobs.

The list is read once in a delivery, only as far as a model needs it, and never for a single model.
"""

from __future__ import annotations

import threading
from datetime import datetime

from bqml_registrar.errors import DeliveryError
from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.policy.facts import KnownOrigin, OriginUnknown
from bqml_registrar.ports import Lists
from bqml_registrar.resources.job_search import LONGEST_JOB, JobSearch
from bqml_registrar.resources.listings import ListedModel


class Origins:
    """The origins of a dataset's models that were created after `since`; others are not searched.

    `failure` is why the jobs could not be listed.
    """

    def __init__(self, dataset: DatasetName, location: str, since: datetime, lists: Lists) -> None:
        def is_swept(name: ModelName) -> bool:
            return (name.project, name.dataset) == (dataset.project, dataset.dataset)

        jobs = lists.jobs(dataset.project, since - LONGEST_JOB)
        self._search = JobSearch(jobs, lists.statements, is_swept, location)
        self._since = since
        self._lock = threading.Lock()  # models are swept in parallel
        self.failure: DeliveryError | None = None

    def of(self, model: ListedModel) -> KnownOrigin | None:
        """What is known of a model's origin; None if the jobs cannot be listed."""
        if model.created < self._since:
            return KnownOrigin(created=model.created, origin=OriginUnknown.NOT_FOUND)
        with self._lock:
            if self.failure:
                return None
            try:
                found = self._search.origin(model.name, model.created)
            except DeliveryError as error:
                self.failure = error
                return None
        return KnownOrigin(created=model.created, origin=found or OriginUnknown.NOT_FOUND)
