"""Names of topics, subscriptions and schemas, and the refusals that speak of them.

Rules: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
"""

from __future__ import annotations

import re

from emulator.errors import ServiceError, already_exists, invalid, not_found

_ID = re.compile(r"(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}")
_RULES = "Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names"


def check_name(name: str, collection: str) -> str:
    """The name, if it is `projects/P/<collection>/ID` with a good id."""
    parts = name.split("/")
    good = len(parts) == 4 and parts[0] == "projects" and parts[1] and parts[2] == collection
    if not (good and _ID.fullmatch(parts[3])):
        raise invalid(f"Invalid resource name given (name={name}). {_RULES} for more information.")
    return name


def check_project(name: str) -> str:
    """The id in `projects/ID`."""
    head, _, project = name.partition("/")
    if head != "projects" or not project or "/" in project:
        raise invalid(f"Invalid resource name given (name={name}). {_RULES} for more information.")
    return project


def project_of(name: str) -> str:
    """The project id in a resource name."""
    return name.split("/")[1]


def id_of(name: str) -> str:
    """The last part of a resource name."""
    return name.rpartition("/")[2]


def missing(name: str) -> ServiceError:
    """404; the service names the id alone, not the whole path."""
    return not_found(f"Resource not found (resource={id_of(name)}).")


def taken(name: str) -> ServiceError:
    """409, of a create."""
    return already_exists(f"Resource already exists in the project (resource={id_of(name)}).")
