"""The deletion request as JSON: what msgspec validates, publishers read and messages explain."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from bqml_registrar.cleanup.intent.intents import IntentKind

_TEXT = 1_000
_CONFIGURATION = 64 * 2**10
_UNDEPLOYMENTS = 1_000
_COUNT = 1_000_000

_Text = Annotated[str, Meta(max_length=_TEXT)]
_Count = Annotated[int, Meta(ge=0, le=_COUNT)]
_Milliseconds = Annotated[str, Meta(pattern="^[0-9]{1,15}$")]
# Of a refused job: its name, of which the last part alone may have 1,024 characters.
_Key = Annotated[str, Meta(min_length=1, max_length=2_000)]
_Time = Annotated[str, Meta(max_length=100, extra_json_schema={"format": "date-time"})]
_MODEL_PATTERN = {"pattern": "^projects/[^/]+/datasets/[^/]+/models/[^/]+$"}


class DeployedDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deployed model: its id on the endpoint, the version in the registry, its configuration."""

    id: _Text
    region: _Text
    model_id: _Text
    version: _Text
    display_name: _Text = ""
    created: _Text = ""
    configuration: Annotated[
        str,
        Meta(
            max_length=_CONFIGURATION,
            description="The whole DeployedModel message, as JSON in a text.",
        ),
    ] = "{}"


class UndeployingDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deployed model that was announced to leave its endpoint, and its share of the traffic."""

    endpoint: Annotated[
        str, Meta(max_length=_TEXT, description="The endpoint, projects/P/locations/L/endpoints/E.")
    ]
    deployed: DeployedDocument
    share: Annotated[int, Meta(ge=0, le=100)] = 0


class RequestDocument(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A request to delete a BigQuery ML model, or to undeploy it everywhere. Only `model` is needed."""

    model: Annotated[
        str,
        Meta(
            max_length=3_000,
            description="The model's full name, projects/P/datasets/D/models/M.",
            extra_json_schema=_MODEL_PATTERN,
        ),
    ]
    delete: Annotated[
        bool,
        Meta(
            description="true (the default): the model is deleted once it is deployed nowhere. "
            "false: it is only undeployed."
        ),
    ] = True
    force: Annotated[
        bool,
        Meta(description="true: whatever protects the model is overridden. The default is false."),
    ] = False
    etag: Annotated[
        Annotated[str, Meta(min_length=1, max_length=_TEXT)] | None,
        Meta(description="The model's etag: if it has another one, nothing is touched."),
    ] = None
    reason: Annotated[
        _Text | None,
        Meta(description="Why, in up to 1,000 characters for those who read the events."),
    ] = None
    requested_at: Annotated[
        _Time | None,
        Meta(
            description="When it was requested, as RFC 3339 with a zone: 2026-12-01T09:00:00Z. "
            "Without it, when it was published first. A model that was made later is not touched."
        ),
    ] = None
    generation: Annotated[
        _Milliseconds | None,
        Meta(
            description="The model's creation time in milliseconds since 1970, as a text: if it was "
            "made at another time, nothing is touched."
        ),
    ] = None
    # From here on for the messages that the functions write to themselves.
    origin: Annotated[
        IntentKind, Meta(description=f"What told of the intent: {', '.join(IntentKind)}.")
    ] = IntentKind.REQUEST
    key: Annotated[
        _Key | None,
        Meta(
            description="What tells this request from every other about the model, in up to 2,000 "
            "characters. Without it, a digest of the request and of its time."
        ),
    ] = None
    hop: Annotated[
        _Count,
        Meta(
            description="How many messages of the functions came before: 0 for a request. A message that "
            "goes on with a request names its key, generation and requested_at."
        ),
    ] = 0
    undeployed: Annotated[
        _Count, Meta(description="How many deployed models were undeployed before.")
    ] = 0
    undeploying: Annotated[
        tuple[UndeployingDocument, ...],
        Meta(
            max_length=_UNDEPLOYMENTS,
            description="Up to 1,000 deployed models that were announced to leave their endpoints, "
            "and not yet announced to be undeployed.",
        ),
    ] = ()


# What a message that goes on with a request has to name: it must not become a younger one.
CONTINUATION_KEYS = ("key", "generation", "requested_at")
