"""Projects without an API: every call of it is refused, as Google's front door does it.

The text, ErrorInfo and Help are those of a public report about Vertex AI
(https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/476); Firestore's reports have the
same text, with its own title and address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details

from emulator.errors import ServiceError
from emulator.settings import Settings

_PROJECT = re.compile(r"projects/([^/]+)")


@dataclass(frozen=True)
class Api:
    """An API that a project may lack: its name and title, its methods, the setting that says who."""

    service: str
    title: str
    methods: tuple[str, ...]
    disabled: Callable[[Settings], tuple[str, ...]]


VERTEX = Api(
    "aiplatform.googleapis.com",
    "Vertex AI API",
    ("google.cloud.aiplatform.", "google.longrunning."),
    lambda settings: settings.vertex_api_disabled_projects,
)
FIRESTORE = Api(
    "firestore.googleapis.com",
    "Cloud Firestore API",
    ("google.firestore.",),
    lambda settings: settings.firestore_api_disabled_projects,
)


class EnabledApi:
    """Whether a project has an API: all have it but those that the settings name."""

    def __init__(
        self,
        api: Api,
        settings: Callable[[], Settings],
        names: Callable[[str], tuple[str, str]],
    ) -> None:
        self._api = api
        self._settings = settings
        self._names = names

    def check_call(self, method: str, resource: str) -> None:
        """Refuse a call of the API on a resource of a project without it.

        assumed: the consumer is the project in the resource's name, whoever calls.
        """
        found = _PROJECT.match(resource)
        if found and method.startswith(self._api.methods):
            self.check(found[1])

    def check(self, project: str) -> None:
        """Refuse what needs the API in a project, given by id or number, without it."""
        disabled = self._api.disabled(self._settings())
        if not disabled:
            return
        known, number = self._names(project)
        if known in disabled or number in disabled:
            raise service_disabled(self._api, number)


def service_disabled(api: Api, number: str) -> ServiceError:
    """PERMISSION_DENIED with the reason SERVICE_DISABLED."""
    url = f"https://console.developers.google.com/apis/api/{api.service}/overview?project={number}"
    text = (
        f"{api.title} has not been used in project {number} before or it is disabled. "
        f"Enable it by visiting {url} then retry. If you enabled this API recently, wait a few minutes "
        "for the action to propagate to our systems and retry."
    )
    return ServiceError(
        "PERMISSION_DENIED", text, "accessNotConfigured", details=_told(api, number, url, text)
    )


def _told(api: Api, number: str, url: str, text: str) -> tuple[Message, ...]:
    consumer = f"projects/{number}"
    metadata = {
        "service": api.service,
        "serviceTitle": api.title,
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
