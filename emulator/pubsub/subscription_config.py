"""Configuration of a subscription: limits and defaults.

https://cloud.google.com/pubsub/docs/subscription-properties
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from google.pubsub_v1 import types

from emulator.errors import invalid
from emulator.pubsub.fields import refuse_fields
from emulator.pubsub.names import check_name

Subscription = types.Subscription.pb()

# Expiry of unused subscriptions (expiration_policy), retain_acked_messages and labels are kept and
# returned, and change nothing here: nobody seeks, and no test waits a month.
UNSUPPORTED = (
    "bigquery_config",
    "cloud_storage_config",
    "bigtable_config",
    "enable_exactly_once_delivery",
    "message_transforms",
    "detached",
    "tags",
)
UPDATABLE = (
    "push_config",
    "ack_deadline_seconds",
    "retain_acked_messages",
    "message_retention_duration",
    "labels",
    "expiration_policy",
    "dead_letter_policy",
    "retry_policy",
)

_DAY = 24 * 3600


def complete(config: Any) -> Any:
    """The checked configuration with the service's defaults filled in (changes its argument)."""
    check_name(config.name, "subscriptions")
    refuse_fields(config, UNSUPPORTED)
    _complete_times(config)
    _complete_push(config)
    if config.HasField("dead_letter_policy"):
        _complete_dead_letters(config.dead_letter_policy)
    if config.HasField("retry_policy"):
        _complete_retry(config.retry_policy)
    config.state = config.ACTIVE
    return config


def _complete_times(config: Any) -> None:
    config.ack_deadline_seconds = config.ack_deadline_seconds or 10
    if not 10 <= config.ack_deadline_seconds <= 600:
        raise invalid(
            f"Invalid ack deadline given (seconds={config.ack_deadline_seconds}): "
            "it must be between 10 and 600 seconds."  # assumed: the text
        )
    if not config.HasField("message_retention_duration"):
        config.message_retention_duration.FromSeconds(7 * _DAY)
    _between("message_retention_duration", config.message_retention_duration, 600, 31 * _DAY)
    if not config.HasField("expiration_policy"):
        config.expiration_policy.ttl.FromSeconds(31 * _DAY)
    elif config.expiration_policy.HasField("ttl"):
        _between("expiration_policy.ttl", config.expiration_policy.ttl, _DAY, 365 * _DAY)


def _complete_push(config: Any) -> None:
    push = config.push_config
    if not push.push_endpoint:
        config.ClearField("push_config")
        return
    url = urlsplit(push.push_endpoint)
    # The service wants https; the endpoints of a local cloud have no certificates.
    if url.scheme not in {"http", "https"} or not url.netloc:
        raise invalid(
            f"Invalid push endpoint given (endpoint={push.push_endpoint}). "
            "Refer to https://cloud.google.com/pubsub/docs/push for more information."
        )
    version = push.attributes["x-goog-version"] or "v1"
    if version not in {"v1", "v1beta2"}:
        raise invalid(f"The local cloud does not push in the format of x-goog-version {version!r}.")
    push.attributes["x-goog-version"] = version
    if push.HasField("oidc_token") and "@" not in push.oidc_token.service_account_email:
        email = push.oidc_token.service_account_email
        raise invalid(f"Invalid service account email given (email={email}).")  # assumed: the text


def _complete_dead_letters(policy: Any) -> None:
    check_name(policy.dead_letter_topic, "topics")
    policy.max_delivery_attempts = policy.max_delivery_attempts or 5
    if not 5 <= policy.max_delivery_attempts <= 100:
        raise invalid(
            "Invalid max_delivery_attempts given "
            f"({policy.max_delivery_attempts}): it must be between 5 and 100."  # assumed: the text
        )


def _complete_retry(policy: Any) -> None:
    if not policy.HasField("minimum_backoff"):
        policy.minimum_backoff.FromSeconds(10)
    if not policy.HasField("maximum_backoff"):
        policy.maximum_backoff.FromSeconds(600)
    _between("retry_policy.minimum_backoff", policy.minimum_backoff, 0, 600)
    _between("retry_policy.maximum_backoff", policy.maximum_backoff, 0, 600)
    if seconds(policy.minimum_backoff) > seconds(policy.maximum_backoff):
        raise invalid(
            "The minimum backoff must not exceed the maximum backoff."
        )  # assumed: the text


def seconds(duration: Any) -> float:
    """A protobuf Duration as seconds."""
    return float(duration.ToMilliseconds()) / 1000


def _between(field: str, duration: Any, least: float, most: float) -> None:
    if not least <= seconds(duration) <= most:
        raise invalid(
            f"Invalid {field} given ({seconds(duration)}s): "
            f"it must be between {least} and {most} seconds."  # assumed: the text
        )
