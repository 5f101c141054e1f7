"""Projects without the Vertex AI API: every call of it is refused, as Google's front door does it.

The text, ErrorInfo and Help are those of a public report
(https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/476).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details

from emulator.errors import ServiceError
from emulator.settings import Settings

SERVICE = "aiplatform.googleapis.com"
_TITLE = "Vertex AI API"
_METHODS = ("google.cloud.aiplatform.", "google.longrunning.")
_PROJECT = re.compile(r"projects/([^/]+)")


class VertexApi:
    """Whether a project has the Vertex AI API: all have it but those that the settings name."""

    def __init__(
        self, settings: Callable[[], Settings], names: Callable[[str], tuple[str, str]]
    ) -> None:
        self._settings = settings
        self._names = names

    def check_call(self, method: str, resource: str) -> None:
        """Refuse a call of Vertex AI on a resource of a project without it.

        assumed: the consumer is the project in the resource's name, whoever calls.
        """
        found = _PROJECT.match(resource)
        if found and method.startswith(_METHODS):
            self.check(found[1])

    def check(self, project: str) -> None:
        """Refuse what needs Vertex AI in a project, given by id or number, without it."""
        disabled = self._settings().vertex_api_disabled_projects
        if not disabled:
            return
        known, number = self._names(project)
        if known in disabled or number in disabled:
            raise service_disabled(number)


def service_disabled(number: str) -> ServiceError:
    """PERMISSION_DENIED with the reason SERVICE_DISABLED."""
    url = f"https://console.developers.google.com/apis/api/{SERVICE}/overview?project={number}"
    text = (
        f"{_TITLE} has not been used in project {number} before or it is disabled. "
        f"Enable it by visiting {url} then retry. If you enabled this API recently, wait a few minutes "
        "for the action to propagate to our systems and retry."
    )
    return ServiceError(
        "PERMISSION_DENIED", text, "accessNotConfigured", details=_told(number, url, text)
    )


def _told(number: str, url: str, text: str) -> tuple[Message, ...]:
    consumer = f"projects/{number}"
    metadata = {
        "service": SERVICE,
        "serviceTitle": _TITLE,
        "consumer": consumer,
        "containerInfo": number,
        "activationUrl": url,
    }
    link = details.Help.Link(description="Google developers console API activation", url=url)
    return (
        details.ErrorInfo(reason="SERVICE_DISABLED", domain="googleapis.com", metadata=metadata),
        details.LocalizedMessage(locale="en-US", message=text),
        details.Help(links=[link]),
    )
