"""Undeploys a model's deployed models from one endpoint, one operation at a time.

Every step reads the endpoint again, so that no change of a person is overwritten. First an update
with an etag moves all traffic away. Then each deployed model is undeployed without a split, which
Vertex AI refuses if the model has traffic again.
"""

from __future__ import annotations

from msgspec import Struct

from bqml_registrar.cleanup.intent.intents import PlannedUndeployment
from bqml_registrar.cleanup.planning.endpoint_plan import EndpointPlan, own_deployed, plan_endpoint
from bqml_registrar.cleanup.planning.plan import is_among, is_there
from bqml_registrar.cleanup.planning.protections import protections_of_endpoints
from bqml_registrar.cleanup.steps.intent_validity import IntentOverError, ModelGoneError
from bqml_registrar.cleanup.steps.work import Work
from bqml_registrar.delivery.backoff import Backoff
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.names import EndpointName
from bqml_registrar.policy.cleanup_rules import EmptiedEndpoints
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import Endpoint, Operation

_CHANGES = 8  # by others, of one endpoint in one delivery


class EndpointResult(Struct, frozen=True, kw_only=True):
    """The result of one endpoint's planned undeployments.

    `left` are still deployed: the time was up, an `error` came, or the intent is `over`. `failed`
    is the one that `error` is about, if any. `note` says what happened to the endpoint itself.
    """

    undeployed: tuple[PlannedUndeployment, ...] = ()
    left: tuple[PlannedUndeployment, ...] = ()
    error: DeliveryError | None = None
    failed: PlannedUndeployment | None = None
    over: IntentOverError | None = None
    note: str = ""


class _TimeUpError(Exception):
    """The next delivery has to do the rest."""


class EndpointCleanup:
    """The work on one endpoint in one delivery."""

    def __init__(
        self, name: EndpointName, planned: tuple[PlannedUndeployment, ...], work: Work
    ) -> None:
        self._name = name
        self._planned = planned
        self._work = work
        self._endpoints = work.context.ports.endpoints
        self._backoff = Backoff(work.context.ports.clock, work.until)
        self._left = planned
        self._tried: PlannedUndeployment | None = None
        self._refused: Endpoint | None = None

    def run(self) -> EndpointResult:
        """Undeploy what was planned, as far as possible; a DeliveryError is in the result."""
        note, error, over = "", None, None
        try:
            note = self._emptied(self._undeploy_all())
        except (_TimeUpError, ModelGoneError):
            pass
        except IntentOverError as raised:
            over = raised
        except DeliveryError as raised:
            error = raised
        undeployed = tuple(planned for planned in self._planned if planned not in self._left)
        return EndpointResult(
            undeployed=undeployed,
            left=self._left,
            error=error,
            failed=self._tried if error and self._tried in self._left else None,
            over=over,
            note=note,
        )

    def _undeploy_all(self) -> Endpoint | None:
        """Undeploy all that was planned; the endpoint afterwards, None if it is gone."""
        changes = 0
        while True:
            endpoint = self._endpoints.get(self._name)
            there = [endpoint] if endpoint else []
            self._left = tuple(planned for planned in self._left if is_there(planned, there))
            if endpoint is None or not self._left:
                return endpoint
            if self._backoff.is_exhausted:
                raise _TimeUpError
            try:
                self._step(endpoint)
            except StaleError as error:
                changes += 1
                if changes > _CHANGES:
                    detail = f"{self._name} changed {changes} times"
                    raise RetryableError(Reason.CONCURRENT_CHANGE, detail) from error

    def _step(self, endpoint: Endpoint) -> None:
        """Check once more and undeploy the next one; or wait while another operation runs there."""
        self._work.validity.checked_model()
        plan = self._plan(endpoint)
        following = self._tried = self._next(plan)
        try:
            if plan.traffic:
                self._endpoints.set_traffic(endpoint, plan.traffic)
            self._wait_for(self._endpoints.undeploy(self._name, following.deployed.id))
        except RetryableError as error:
            if error.reason is not Reason.ENDPOINT_BUSY:
                raise
            self._pause()
        except PermanentError as error:
            # Somebody may have given it traffic again: the next read shows that. A missing role is
            # still missing then.
            if endpoint == self._refused or error.reason is not Reason.REFUSED_BY_SERVICE:
                raise
            self._refused = endpoint
        else:
            self._backoff.reset()

    def _plan(self, endpoint: Endpoint) -> EndpointPlan:
        """The plan for the endpoint as it is now.

        A new protection or a new deployment ends this delivery's work: it has to be announced
        before any traffic is moved.
        """
        work, forced = self._work, self._work.plan.is_forced
        own = own_deployed(endpoint, work.observed.versions)
        plan = plan_endpoint(endpoint, own, work.rules, forced=forced)
        is_new = any(not is_among(planned, self._planned) for planned in plan.leaving)
        if is_new or (not forced and any(protections_of_endpoints([plan], work.rules))):
            raise _TimeUpError
        return plan

    def _next(self, plan: EndpointPlan) -> PlannedUndeployment:
        """The first announced one in the plan's order; StaleError if none is there any more."""
        for leaving in plan.leaving:
            for announced in self._left:  # as planned: its share may have moved since
                if is_among(announced, [leaving]):
                    return announced
        raise StaleError

    def _wait_for(self, operation: Operation) -> None:
        """Wait until an operation succeeds; raises its error if it fails."""
        while not self._endpoints.is_done(operation):
            self._pause()

    def _pause(self) -> None:
        if not self._backoff.wait():
            raise _TimeUpError

    def _emptied(self, endpoint: Endpoint | None) -> str:
        """Delete an empty endpoint if a rule says so; a note on what happened to the endpoint."""
        if endpoint is None:
            return "The endpoint is gone."
        if endpoint.deployed:
            return ""
        if self._work.rules.emptied_endpoints is EmptiedEndpoints.KEEP:
            return "The endpoint is empty and kept."
        if endpoint.monitoring_job:
            return f"The endpoint is empty and kept: {endpoint.monitoring_job} monitors it."
        return self._deleted()

    def _deleted(self) -> str:
        try:
            self._wait_for(self._endpoints.delete(self._name))
        except StaleError as error:
            if self._endpoints.get(self._name):  # else somebody else deleted it
                raise RetryableError(Reason.CONCURRENT_CHANGE, f"{self._name} changed") from error
        except _TimeUpError:
            return "The endpoint is empty, and is being deleted."
        except PermanentError as error:
            # The model has left, so a permanent error here stops nothing. A retryable error does:
            # no later delivery would come back to this endpoint.
            return f"The endpoint is empty, and could not be deleted: {error.detail}"
        return "The endpoint was empty, and is deleted."
