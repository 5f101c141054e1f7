"""Ends a clean-up: waits until the registry shows no deployment, then deletes the model.

For a while after an undeployment, the registry may still list it, and BigQuery may still refuse
the delete: https://github.com/googleapis/python-aiplatform/issues/2807
"""

from __future__ import annotations

from datetime import timedelta

from bqml_registrar.cleanup.planning.endpoint_plan import own_deployed
from bqml_registrar.cleanup.steps.intent_validity import ModelGoneError
from bqml_registrar.cleanup.steps.work import StepResult, Work
from bqml_registrar.delivery.backoff import Backoff
from bqml_registrar.errors import RetryableError, StaleError
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModelRef

_CONFIRMATION = timedelta(seconds=60)


class ModelDeletion:
    """The last steps of one clean-up."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ports = work.context.ports
        self._backoff = Backoff(work.context.ports.clock, work.until)

    def run(self) -> StepResult | None:
        """Wait, then delete or announce ready; None if the next delivery has to continue."""
        if not self._is_undeployed():
            return None
        work = self._work
        if not work.intent.deletes:
            work.publisher.publish_unless_recent(work.events.ready())
            return Reason.NOTHING_DEPLOYED, ""
        if not self._is_deleted():
            return None
        detail = self._confirmed()
        work.publisher.publish_unless_recent(work.events.completed(detail))
        return Reason.CLEANED_UP, detail

    def _is_undeployed(self) -> bool:
        """Wait until the registry shows no deployment; False if one is new or the time is up."""
        for version in self._work.observed.versions:
            while (seen := self._ports.registry.get(version.name)) and seen.deployed:
                if any(map(self._is_there, seen.deployed)):
                    return False  # deployed again: this has to be planned and announced first
                if not self._backoff.wait():
                    return False
        return True

    def _is_there(self, ref: DeployedModelRef) -> bool:
        """Whether the endpoint really has it: the version may still list what has left.

        The check is the plan's: no later delivery would undeploy what a plan would not.
        """
        endpoint = self._ports.endpoints.get(ref.endpoint)
        own = own_deployed(endpoint, self._work.observed.versions) if endpoint else ()
        return ref.id in {deployed.id for deployed in own}

    def _is_deleted(self) -> bool:
        while not self._is_gone():
            if not (self._is_undeployed() and self._backoff.wait()):
                return False
        return True

    def _is_gone(self) -> bool:
        """Delete the intended model; False while BigQuery takes it for deployed."""
        try:
            self._ports.deletions.delete(self._work.validity.checked_model())
        except ModelGoneError:
            return True
        except StaleError:
            return False  # changed since it was read: check again that it is the intended one
        except RetryableError as error:
            if error.reason is not Reason.STILL_DEPLOYED:
                raise
            return False
        return True

    def _confirmed(self) -> str:
        """Wait until the registry removes the version as well; a note for people if it does not."""
        model = self._work.observed.model
        if not model.vertex_version:
            return ""
        version = model.vertex.at(model.vertex_version)
        clock = self._ports.clock
        until = min(self._work.until, clock.now() + _CONFIRMATION)
        backoff = Backoff(clock, until)
        while self._ports.registry.get(version):
            if not backoff.wait():
                return f"The registry still shows {version}."
        return ""
