"""A second deployment of `register_model` that only tells what it would do, beside the first one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from google.cloud.pubsub_v1 import SubscriberClient

from local.cloud.archive import lay_out
from local.cloud.connections import push_subscription
from local.cloud.process import Process
from local.cloud.rollout import Rollout, function_settings
from local.cloud.servers import function


@contextlib.contextmanager
def dry_run(running: Rollout, policy: str) -> Iterator[Process]:
    """The function with DRY_RUN=true, a policy and a push subscription of its own; ended afterwards."""
    with TemporaryDirectory() as folder:
        written = Path(folder) / "policy.yaml"
        written.write_text(policy)
        main = lay_out("register_model", Path(folder) / "function", written)
        settings = function_settings(running.addresses, DRY_RUN="true")
        with function(main, settings) as (address, process):
            request = push_subscription("register-model-dry-run", address)
            with SubscriberClient() as subscriber:
                subscriber.create_subscription(request=request)
                yield process
                subscriber.delete_subscription(subscription=request["name"])
