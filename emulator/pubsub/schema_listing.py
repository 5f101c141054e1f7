"""Schemas and revisions as they are shown: view by view, page by page."""

from __future__ import annotations

from typing import Any

from google.pubsub_v1 import types

from emulator.grpc_wire import raw_type
from emulator.pubsub.broker import Broker
from emulator.pubsub.listing import of_project, page_of
from emulator.pubsub.schema_revisions import Revision

SchemaView = types.SchemaView

# Keys count down from here, so that those of newer revisions sort first.
_LAST = 10**9 - 1


def get(broker: Broker, request: Any) -> Any:
    """A schema, or one of its revisions under the name that was asked for."""
    revision = broker.schemas.revision(request.name)
    return _shown(revision, request.view or SchemaView.FULL, name=request.name)


def schemas(broker: Broker, request: Any) -> Any:
    """Schemas of a project, each as its newest revision."""
    page, token = page_of(of_project(broker.schemas.names(), request.parent), request)
    view = request.view or SchemaView.BASIC
    return raw_type(types.ListSchemasResponse)(
        schemas=[_shown(broker.schemas.newest(name), view, name=name) for name in page],
        next_page_token=token,
    )


def revisions(broker: Broker, request: Any) -> Any:
    """Revisions of a schema, the newest first (https://google.aip.dev/162)."""
    every = broker.schemas.revisions(request.name).every
    by_key = {f"{_LAST - place:09}": each for place, each in enumerate(every) if not each.deleted}
    page, token = page_of(by_key, request)
    view = request.view or SchemaView.BASIC
    return raw_type(types.ListSchemaRevisionsResponse)(
        schemas=[
            _shown(by_key[key], view, name=f"{request.name}@{by_key[key].id}") for key in page
        ],
        next_page_token=token,
    )


def _shown(revision: Revision, view: int, *, name: str) -> Any:
    shown = type(revision.schema)()
    shown.CopyFrom(revision.schema)
    shown.name = name
    if view == SchemaView.BASIC:
        # assumed: the revision's id and time stay, without which a list of revisions says nothing.
        shown.ClearField("definition")
    return shown
