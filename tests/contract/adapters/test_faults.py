"""How Google's errors become ours."""

from __future__ import annotations

import pytest
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from requests import exceptions as http

from bqml_registrar.adapters.faults import translated
from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.reasons import Reason
from tests.builders import DEPLOYED

# https://github.com/googleapis/python-aiplatform/issues/2807
DEPLOYED_TO_THE_SDK = (
    'The model "projects/1/locations/us-central1/models/prod_sales-churn" can\'t be deleted because '
    "it's deployed or being deployed at the following endpoint(s): projects/1/locations/us-central1/"
    "endpoints/7. Undeploy the model from the endpoint(s) and try again."
)


def forbidden(reason: str, message: str = "no") -> api.Forbidden:
    return api.Forbidden(message, errors=[{"reason": reason}])


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (api.PreconditionFailed("etag"), StaleError, None),
        (api.Aborted("etag"), StaleError, None),
        (api.NotFound("gone"), StaleError, None),
        (api.ServiceUnavailable("503"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.InternalServerError("500"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.DeadlineExceeded("slow"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.TooManyRequests("429"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.Conflict("409"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (auth.TransportError("metadata"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (forbidden("rateLimitExceeded"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (forbidden("quotaExceeded"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (forbidden("accessDenied"), PermanentError, Reason.PERMISSION_DENIED),
        (forbidden("accessNotConfigured"), PermanentError, Reason.API_DISABLED),
        (
            api.PermissionDenied("Vertex AI API has not been used in project 1 before"),
            PermanentError,
            Reason.API_DISABLED,
        ),
        (
            api.BadRequest(
                "Model Registry failed: AiPlatformException: code=PERMISSION_DENIED, message=Vertex AI "
                "API has not been used in project 1 before or it is disabled"
            ),
            PermanentError,
            Reason.API_DISABLED,
        ),
        (
            api.BadRequest("Model Registry failed: AiPlatformException: code=PERMISSION_DENIED, m"),
            PermanentError,
            Reason.PERMISSION_DENIED,
        ),
        (api.FailedPrecondition("The etag is stale"), StaleError, None),
        (
            api.BadRequest(
                "Model Registry failed: AiPlatformException: code=RESOURCE_EXHAUSTED, m"
            ),
            RetryableError,
            Reason.SERVICE_UNAVAILABLE,
        ),
        (
            api.BadRequest("There are other operations running on the Endpoint"),
            RetryableError,
            Reason.ENDPOINT_BUSY,
        ),
        (
            api.FailedPrecondition(
                'There are other operations running on the Endpoint "projects/1/locations/us-central1/'
                'endpoints/7": [42]. Please wait for them to complete.'
            ),
            RetryableError,
            Reason.ENDPOINT_BUSY,
        ),
        (api.BadRequest(DEPLOYED), RetryableError, Reason.STILL_DEPLOYED),
        (api.BadRequest(DEPLOYED_TO_THE_SDK), RetryableError, Reason.STILL_DEPLOYED),
        (api.FailedPrecondition(DEPLOYED_TO_THE_SDK), RetryableError, Reason.STILL_DEPLOYED),
        (
            api.FailedPrecondition(
                'The Endpoint "e" has deployed or being-deployed DeployedModel(s). Please undeploy all '
                "DeployedModels before deleting the Endpoint."
            ),
            PermanentError,
            Reason.REFUSED_BY_SERVICE,
        ),
        (
            api.FailedPrecondition(
                "DeployedModel 7 still has traffic. Assign its traffic to other DeployedModels first."
            ),
            PermanentError,
            Reason.REFUSED_BY_SERVICE,
        ),
        (api.RetryError("gave up", None), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.Cancelled("499"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (auth.RefreshError("metadata"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (auth.DefaultCredentialsError("none"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (http.ConnectionError("reset"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (http.ReadTimeout("slow"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (http.ChunkedEncodingError("cut"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.MethodNotImplemented("501"), PermanentError, Reason.REFUSED_BY_SERVICE),
        (api.BadRequest("invalid"), PermanentError, Reason.REFUSED_BY_SERVICE),
        (api.FailedPrecondition("remote"), PermanentError, Reason.REFUSED_BY_SERVICE),
        (api.Unauthenticated("who"), PermanentError, Reason.REFUSED_BY_SERVICE),
    ],
    ids=lambda value: getattr(value, "name", None) or type(value).__name__,
)
def test_googles_errors_become_ours(
    error: Exception, kind: type[Exception], reason: Reason | None
) -> None:
    with pytest.raises(kind) as raised, translated():
        raise error

    assert getattr(raised.value, "reason", None) is reason
    assert raised.value.__cause__ is error


def test_what_is_not_googles_passes() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError
