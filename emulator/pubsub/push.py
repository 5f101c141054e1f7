"""Push delivery: one thread sees what is due, others POST it."""

from __future__ import annotations

import logging
import threading
from typing import Any

import requests

from emulator.cloud import Environment
from emulator.pubsub.delivery import Delivery, Terms, fate_of
from emulator.pubsub.oidc import TokenIssuer
from emulator.pubsub.push_request import PushRequest, push_request
from emulator.pubsub.subscriptions import Subscription, Subscriptions
from emulator.pubsub.workers import Job, Workers

log = logging.getLogger(__name__)

SUCCESS = frozenset({102, 200, 201, 202, 204})
# assumed: the service adapts its window; these are bounds of this process.
MAX_OUTSTANDING = 64
MAX_THREADS = 256


class Courier:
    """Pushes what is due, and ends expired leases of every subscription.

    `changed` holds the environment's lock, and is notified whenever something may be due.
    """

    def __init__(
        self, env: Environment, subscriptions: Subscriptions, changed: threading.Condition
    ) -> None:
        self._env = env
        self._subscriptions = subscriptions
        self._changed = changed
        self._stopped = False
        self._issuer = TokenIssuer(env.clock)
        self._workers = Workers("push", MAX_THREADS)
        self._sessions = threading.local()
        self._thread = threading.Thread(target=self._run, name="push", daemon=True)

    @property
    def public_key(self) -> bytes:
        """What the tokens of authenticated push are to be verified with."""
        return self._issuer.public_key

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._workers.stop()

    def _run(self) -> None:
        with self._changed:
            while not self._stopped:
                self._serve_all()
                self._env.clock.wait(self._changed, self._env.clock.time() + 1)

    def _serve_all(self) -> None:
        for subscription in self._subscriptions.all():
            try:
                self._serve(subscription)
            except Exception:
                log.exception("%s cannot be served", subscription.config.name)

    def _serve(self, subscription: Subscription) -> None:
        subscription.backlog.expire(self._env.clock.time())
        room = MAX_OUTSTANDING - subscription.in_flight
        if not subscription.pushes or room <= 0:
            return
        terms = Terms(
            limit=room,
            lease=subscription.config.ack_deadline_seconds,
            fate=fate_of(self._env, "delivery.push"),
            per_key=1,
        )
        for delivery in subscription.backlog.take(self._env.clock.time(), terms):
            subscription.in_flight += 1
            self._workers.submit(self._job(subscription, delivery))

    def _job(self, subscription: Subscription, delivery: Delivery) -> Job:
        config = subscription.config
        request = push_request(config, delivery, subscription.attempt(delivery.attempt))

        def job() -> None:
            handled = False
            try:
                handled = self._post(request, config) or request.last
            finally:
                self._done(subscription, delivery, handled=handled)

        return job

    def _post(self, request: PushRequest, config: Any) -> bool:
        headers = dict(request.headers)
        if config.push_config.HasField("oidc_token"):
            oidc = config.push_config.oidc_token
            token = self._issuer.token(oidc.service_account_email, oidc.audience or request.url)
            headers["Authorization"] = f"Bearer {token}"
        try:
            response = self._session().post(
                request.url,
                data=request.body,
                headers=headers,
                timeout=config.ack_deadline_seconds,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:
            # ValueError: an endpoint that is no address after all.
            log.info("push from %s failed: %s", config.name, error)
            return False
        if response.status_code not in SUCCESS:
            log.info("push from %s was answered %s", config.name, response.status_code)
        return response.status_code in SUCCESS

    def _session(self) -> requests.Session:
        if not hasattr(self._sessions, "session"):
            self._sessions.session = requests.Session()
            # Proxies of the surroundings are not for endpoints of the local cloud.
            self._sessions.session.trust_env = False
        session: requests.Session = self._sessions.session
        return session

    def _done(self, subscription: Subscription, delivery: Delivery, *, handled: bool) -> None:
        with self._changed:
            subscription.in_flight -= 1
            if not self._subscriptions.lives(subscription):
                return  # nothing of it may be retried, or reach a dead-letter topic
            now = self._env.clock.time()
            if handled:
                subscription.backlog.acknowledge(delivery.ack_id, now)
            else:
                subscription.backlog.nack(delivery.ack_id, now)
            self._changed.notify_all()
