"""The one enum of reasons: the same word in logs, events, test ids and the docs' table."""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple


class Explained(NamedTuple):
    """What a reason leads to, and what it means in one sentence for a person."""

    outcome: str
    meaning: str


@unique
class Reason(Enum):
    """Why a delivery ended as it did; `name` is what machines see, `meaning` what people read."""

    # Ignored: not a change of a BigQuery model. No API is called.
    OTHER_SERVICE = Explained("ignored", "The entry was written by another service than BigQuery.")
    LEGACY_TWIN = Explained(
        "ignored",
        "The entry is the old AuditData copy of one that comes in the new format as well.",
    )
    NOT_A_MODEL = Explained("ignored", "The entry is not about a BigQuery ML model.")
    NOT_A_CHANGE = Explained(
        "ignored",
        "The entry is about a model but tells of no change (a prediction, a job's start).",
    )
    OPERATION_FAILED = Explained("ignored", "The statement or call failed: nothing was changed.")
    TEMPORARY_DATASET = Explained(
        "ignored", "The dataset's name begins with `_`: a temporary model of a tool or a script."
    )
    OWN_ECHO = Explained("ignored", "The entry tells of a change that this function made itself.")
    SPLIT_PART = Explained(
        "ignored",
        "The entry is one part of an oversized one, and its first part says where to look.",
    )
    ENTRY_CUT_OFF = Explained(
        "ignored", "The entry is cut off: what is left names neither a model nor a job."
    )
    NOT_A_DELIVERY = Explained(
        "ignored", "The request is no POST, and deliveries are nothing else."
    )

    # Skipped: a model that the policy does not ask for. A line in the log, no event.
    NO_RULE_MATCHED = Explained("skipped", "No rule of the policy matches the model.")
    EXCLUDED_BY_RULE = Explained("skipped", "The first rule that matches says `register: false`.")
    UNDER_WAY = Explained(
        "skipped",
        "Another delivery about the model is under way in this instance, and looks once more for it.",
    )
    MODEL_GONE = Explained("skipped", "The model does not exist (any more): dropped or expired.")

    # Registered: the registry holds the model as the rule says.
    RULE_MATCHED = Explained("registered", "A rule matched and the model was registered.")
    ALREADY_REGISTERED = Explained(
        "registered",
        "A rule matched a model that came registered (SQL options, console, bq): its version is "
        "adopted under the id that it has, with the rule's labels and aliases.",
    )

    ALIAS_WITHDRAWN = Explained(
        "registered", "The rule no longer gives an alias that it gave: it was taken away."
    )
    ALIAS_MOVED = Explained(
        "registered",
        "A remembered alias was not carried over to the new version: it is on another one by now.",
    )
    ALIASES_FORGOTTEN = Explained(
        "registered",
        "A version was replaced, and nothing remembers which aliases it had beside the rule's.",
    )

    # Deleted: the model is gone, and with it its version.
    MODEL_DELETED = Explained("deleted", "The model was dropped or expired.")

    # Rejected: a rule asked for something that cannot be. One event.
    REMOTE_MODEL = Explained(
        "rejected", "Remote models cannot be registered in the Vertex AI Model Registry."
    )
    ID_TAKEN = Explained(
        "rejected",
        "The Vertex model id belongs to another model. Rename the model, or give the rule another "
        "prefix; say `versions_of` where models are meant to be versions of one.",
    )
    ID_COLLISION = Explained(
        "rejected",
        "Two models were registered under one id at the same moment, and this one came second: it is "
        "a version of the other's Vertex model. Copy it under another name and drop this one.",
    )
    LABEL_REMOVED = Explained(
        "rejected",
        "No rule names this registered model any more: a label was changed or taken away, or the "
        "policy was. It stays in the registry as it is.",
    )
    LABEL_MISSING = Explained(
        "rejected", "The rule's `versions_of` needs a label that the model does not have (yet)."
    )
    ORIGIN_UNKNOWN = Explained(
        "rejected",
        "The rule needs the creating job (its creator or labels), and the job is not in the history.",
    )

    # Failed: only a person can mend it. To the dead-letter topic, and one event where there is a model.
    MALFORMED_DELIVERY = Explained(
        "failed",
        "The delivery is not a Pub/Sub message or an audit CloudEvent with a log entry in it.",
    )
    BODY_TOO_LARGE = Explained(
        "failed",
        "The request is larger than any Pub/Sub message: not read, not kept; the log has its digest.",
    )
    PERMISSION_DENIED = Explained(
        "failed", "Google answered 403: a role is missing. Grant it and redrive the dead letters."
    )
    API_DISABLED = Explained(
        "failed", "An API is not enabled in the project. Enable it and redrive the dead letters."
    )
    REFUSED_BY_SERVICE = Explained(
        "failed", "BigQuery or Vertex AI refused the call as invalid; the detail has its words."
    )

    # Retried: Pub/Sub delivers again, later.
    SERVICE_UNAVAILABLE = Explained(
        "retried", "A service answered 429 or 5xx, or did not answer in time."
    )
    CONCURRENT_CHANGE = Explained(
        "retried", "Somebody changed the model at the same moment, several times over."
    )
    REGISTRY_LAG = Explained(
        "retried", "The registered version is not visible in the registry yet."
    )

    @property
    def outcome(self) -> str:
        """ignored, skipped, registered, deleted, rejected, failed or retried."""
        return self.value.outcome

    @property
    def meaning(self) -> str:
        """One sentence for a person."""
        return self.value.meaning
