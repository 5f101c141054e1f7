"""Applies a plan: undeploys what was announced, waits for the registry, deletes the model.

A later delivery does what this one cannot: a continuation if only time is short, a redelivery if
a service failed, a redriven dead letter if a person has to fix something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bqml_registrar.cleanup.intent.continuation import continued, publish_request, request_message
from bqml_registrar.cleanup.intent.intents import PlannedUndeployment
from bqml_registrar.cleanup.steps.model_deletion import ModelDeletion
from bqml_registrar.cleanup.steps.undeployment import EndpointCleanup, EndpointResult
from bqml_registrar.cleanup.steps.work import StepResult, Work
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.errors import PermanentError, worst
from bqml_registrar.reasons import Reason


class PlanApplication:
    """The application of one plan in one delivery."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._results: list[EndpointResult] = []

    def run(self) -> StepResult:
        """Apply the plan; raises IntentOverError or DeliveryError."""
        for result in in_parallel(self._tasks(), self._work.context.workers):
            self._results.append(result)
            self._announce(result)
        self._raise_if_over()
        left = [planned for result in self._results for planned in result.left]
        failures = [result.error for result in self._results if result.error]
        # A continuation carries undeployments, not an endpoint that only has to be deleted.
        is_unfinished = any(result.error and not result.left for result in self._results)
        is_late = any(result.left and not result.error for result in self._results)
        if is_late and not is_unfinished:
            return self._go_on(left)
        if failures:
            raise worst(failures)
        return self._remove()

    def _tasks(self) -> list[Callable[[], EndpointResult]]:
        """One task for each endpoint with an announced undeployment."""
        planned = self._work.intent.undeploying
        names = sorted({undeployment.endpoint for undeployment in planned})
        return [
            EndpointCleanup(
                name, tuple(item for item in planned if item.endpoint == name), self._work
            ).run
            for name in names
        ]

    def _announce(self, result: EndpointResult) -> None:
        work, events = self._work, self._work.events
        ended = [events.undeployed(planned, result.note) for planned in result.undeployed]
        if isinstance(result.error, PermanentError) and result.left:
            # If the endpoint could not even be read, the first one stands for all.
            ended.append(events.undeploy_failed(result.failed or result.left[0], result.error))
        work.publisher.publish_unless_recent(*ended)

    def _raise_if_over(self) -> None:
        for result in self._results:
            if result.over:
                raise result.over

    def _go_on(self, left: Sequence[PlannedUndeployment]) -> StepResult:
        work = self._work
        undeployed = sum(len(result.undeployed) for result in self._results)
        following = continued(work.intent, work.observed.model, left, undeployed)
        publish_request(request_message(following), work.context)
        return Reason.OUT_OF_TIME, f"{undeployed} undeployed, {len(left)} left"

    def _remove(self) -> StepResult:
        ended = ModelDeletion(self._work).run()
        return ended or self._go_on(())
