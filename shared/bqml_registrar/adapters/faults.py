"""Translates Google's exceptions to ours; the only table for that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import requests.exceptions
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.still_deployed import answer_says_deployed

# Somebody changed or removed what we had read: read again. (412 is BigQuery's answer to a stale
# If-Match, ABORTED is AIP-154's to a stale etag.)
_STALE = (api.PreconditionFailed, api.Aborted, api.NotFound)
_TRANSIENT = (
    api.TooManyRequests,
    api.ServerError,
    api.RetryError,
    api.Conflict,
    api.Cancelled,
    auth.TransportError,
    auth.RefreshError,
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
)
# All else that these libraries raise: a truncated answer, credentials not available at the moment.
_UNCLEAR = (api.GoogleAPIError, auth.GoogleAuthError, requests.exceptions.RequestException)
# BigQuery passes on every answer of Vertex AI as a 400 with these words:
# https://github.com/GoogleCloudPlatform/vertex-ai-samples/pull/788
_VERTEX_IS_BUSY = re.compile(
    r"code=(UNAVAILABLE|RESOURCE_EXHAUSTED|ABORTED|INTERNAL|DEADLINE_EXCEEDED)\b"
)
# As for IndexEndpoints: "There are other operations running on the IndexEndpoint".
_ENDPOINT_IS_BUSY = re.compile(r"other operations running", re.IGNORECASE)
_MENDED_BY_TIME = (
    (_VERTEX_IS_BUSY.search, Reason.SERVICE_UNAVAILABLE),
    (_ENDPOINT_IS_BUSY.search, Reason.ENDPOINT_BUSY),
    (answer_says_deployed, Reason.STILL_DEPLOYED),
)
_VERTEX_DENIES = re.compile(r"code=PERMISSION_DENIED\b")
_DISABLED = re.compile(r"has not been used in project|SERVICE_DISABLED")
# https://cloud.google.com/bigquery/docs/error-messages: quota refusals come as 403 as well.
_QUOTA_REASONS = ("rateLimitExceeded", "quotaExceeded")
_DETAIL_CHARACTERS = 800


@contextmanager
def translated() -> Iterator[None]:
    """Raise StaleError, RetryableError or PermanentError for Google's exceptions; others pass."""
    try:
        yield
    except _STALE as error:
        raise StaleError(str(error)) from error
    except api.MethodNotImplemented as error:
        raise PermanentError(Reason.REFUSED_BY_SERVICE, _detail(error)) from error
    except _TRANSIENT as error:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, _detail(error)) from error
    except api.Forbidden as error:
        raise _refusal(error) from error
    except api.ClientError as error:
        raise _client_error(error) from error
    except _UNCLEAR as error:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, _detail(error)) from error


def _client_error(error: api.ClientError) -> Exception:
    for says_so, reason in _MENDED_BY_TIME:
        if says_so(str(error)):
            return RetryableError(reason, _detail(error))
    # Which status a stale etag has in Vertex AI is not documented.
    if isinstance(error, api.FailedPrecondition) and "etag" in str(error).lower():
        return StaleError(str(error))
    if _VERTEX_DENIES.search(str(error)) or _DISABLED.search(str(error)):
        return _denied(_detail(error))
    return PermanentError(Reason.REFUSED_BY_SERVICE, _detail(error))


def _refusal(error: api.Forbidden) -> RetryableError | PermanentError:
    reasons = {item.get("reason") for item in error.errors or () if isinstance(item, dict)}
    detail = _detail(error)
    if reasons.intersection(_QUOTA_REASONS):
        return RetryableError(Reason.SERVICE_UNAVAILABLE, detail)
    if error.reason == "SERVICE_DISABLED" or "accessNotConfigured" in reasons:
        return PermanentError(Reason.API_DISABLED, detail)
    return _denied(detail)


def _denied(detail: str) -> PermanentError:
    # By its words: BigQuery passes on Vertex AI's refusal, a proxy or an older API gives no reason.
    disabled = _DISABLED.search(detail)
    return PermanentError(Reason.API_DISABLED if disabled else Reason.PERMISSION_DENIED, detail)


def _detail(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_DETAIL_CHARACTERS]
