"""The one enum of reasons: the same word in logs, events, test ids and the docs' table."""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple


class Explained(NamedTuple):
    """What a reason leads to, and what it means for a person; `others` are rarer outcomes of it."""

    outcome: str
    meaning: str
    others: tuple[str, ...] = ()


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

    NOT_A_REFUSAL = Explained(
        "ignored", "The entry tells of no refused delete or replace of a deployed model."
    )

    # Skipped: a model that the policy does not ask for. A line in the log, no event.
    NO_RULE_MATCHED = Explained("skipped", "No rule of the policy matches the model.")
    EXCLUDED_BY_RULE = Explained("skipped", "The first rule that matches says `register: false`.")
    UNDER_WAY = Explained(
        "skipped",
        "Another delivery about the same is under way in this instance, and sees to this one as well.",
    )
    MODEL_GONE = Explained("skipped", "The model does not exist (any more): dropped or expired.")
    ORIGIN_UNKNOWN = Explained(
        "skipped",
        "The rule needs the creating job (its creator or labels), and the job is not found. It is "
        "rejected only where the model's own labels ask for the rule; a clean-up is blocked.",
        ("rejected", "blocked"),
    )

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
    ALIAS_NOT_ALLOWED = Explained(
        "registered",
        "A remembered alias was not carried over to the new version: `CREATE MODEL` lets such a one "
        "pass, but the registry's API takes only small letters, digits and hyphens.",
    )
    ALIASES_FORGOTTEN = Explained(
        "registered",
        "A version was replaced, and not all aliases that it had beside the rule's are remembered.",
    )

    # Noted beside the outcome: what memory could not tell. A line in the log, no event.
    MEMORY_REBUILT = Explained(
        "noted",
        "The model's document was lost, or release 0.4.0 left labels instead. It was made anew from "
        "what is there: nothing of that is changed or announced, and announcements that were pending "
        "may be lost.",
    )
    OUTCOME_UNKNOWN = Explained(
        "noted",
        "A change was pending, and somebody changed the same thing meanwhile: it cannot be told "
        "whether the pending change happened, and it is not announced.",
    )

    # Deleted: the model is gone, and with it its version.
    MODEL_DELETED = Explained("deleted", "The model was dropped or expired.")

    # Requested: somebody means to delete a model.
    RETIRING = Explained(
        "requested", "The model has the retire label and is deleted on the date that it names."
    )
    RETIREMENT_DUE = Explained(
        "requested", "The date of the model's retire label has come: its deletion was requested."
    )
    CLEANUP_PLANNED = Explained(
        "requested", "The intent was accepted; a message carries its plan to the next delivery."
    )
    OUT_OF_TIME = Explained(
        "requested",
        "The delivery's time was used up: a message goes on with the clean-up where it stands.",
    )

    # Undeployed: what the clean-up does on the way.
    UNDEPLOYED = Explained("undeployed", "A deployed model has left its endpoint.")

    # Ready, completed: the end of a clean-up.
    NOTHING_DEPLOYED = Explained(
        "ready", "No version of the model is deployed any more: it can be dropped or replaced."
    )
    CLEANED_UP = Explained("completed", "The model is gone, after it was undeployed everywhere.")

    # Blocked: nothing is undeployed, and the event says how to go on. One event.
    NOTIFY_ONLY = Explained(
        "blocked",
        "The model is deployed, and its clean-up rule says `notify`. Publish a deletion request, or "
        "undeploy it, and try again.",
    )
    PROTECTED_BY_LABEL = Explained(
        "blocked", "A label protects the model. Take it away, or force the request."
    )
    PROTECTED_BY_ALIAS = Explained(
        "blocked", "An alias protects a version. Move it, or force the request."
    )
    PROTECTED_BY_TRAFFIC = Explained(
        "blocked",
        "The model has more of an endpoint's live traffic than may go. Move the traffic, or force "
        "the request.",
    )
    TOO_MANY_UNDEPLOYMENTS = Explained(
        "blocked",
        "The request would undeploy more than the rule's `max_undeployments`. Raise that, undeploy "
        "some by hand, or force the request.",
    )
    REST_WITHOUT_TRAFFIC = Explained(
        "blocked",
        "All other models of an endpoint have no traffic. Give them shares, or let the rule say "
        "`rest_without_traffic: equal_shares`.",
    )
    MODEL_UNKNOWN = Explained(
        "blocked",
        "BigQuery refused to delete a deployed model, and nothing tells which. Publish a deletion "
        "request that names it.",
    )
    RETIRE_LABEL_UNCLEAR = Explained(
        "blocked",
        "The retire label's value is neither a date from today on nor `true`: nothing follows. Write "
        "one like 2026-12-01, or true for the rule's grace period, or take the label away.",
    )

    # Cancelled: an intent that is not followed. One event.
    STALE_INTENT = Explained(
        "cancelled",
        "The intent is too old, or it meant another model than the one of that name now: nothing was "
        "touched.",
    )
    RETIREMENT_WITHDRAWN = Explained(
        "cancelled", "The retire label was taken away, or its date put off, before it was due."
    )

    # Swept: what the reconciling sweep did and found.
    DATASETS_LISTED = Explained(
        "swept", "The sweep began: a message for each dataset was published."
    )
    DATASET_SWEPT = Explained(
        "swept", "All models of a dataset were compared with policy and registry."
    )
    SWEEP_CONTINUES = Explained(
        "swept",
        "The delivery's time was used up: a message goes on with the dataset's next models.",
    )
    DATASET_GONE = Explained("skipped", "The dataset does not exist (any more).")
    MISSED_CHANGE = Explained(
        "drifted",
        "The sweep settled what no event had settled: an entry was lost, or the policy changed.",
    )
    VERSION_ORPHANED = Explained(
        "drifted",
        "A version in the registry says that it was made of a BigQuery model that does not exist.",
    )

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

    # Failed: only a person can mend it. To the dead-letter topic, and one event where there is a model.
    MALFORMED_DELIVERY = Explained(
        "failed",
        "The delivery is not a Pub/Sub message or an audit CloudEvent with a log entry in it.",
    )
    MALFORMED_REQUEST = Explained(
        "failed", "The message is no deletion request as its schema has it; the detail says where."
    )
    NAME_NOT_ALLOWED = Explained(
        "failed",
        "BigQuery gives a model a name that its rules for names do not allow, so that it cannot be "
        "handled. Copy it under another name.",
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
    DOCUMENT_TOO_NEW = Explained(
        "failed",
        "A later release wrote the model's document. Deploy that release, and redrive the dead letters.",
    )
    REFUSED_BY_SERVICE = Explained(
        "failed",
        "BigQuery, Vertex AI or Firestore refused the call as invalid; the detail has its words.",
    )

    # Retried: Pub/Sub delivers again, later.
    SERVICE_UNAVAILABLE = Explained(
        "retried", "A service answered 429 or 5xx, or did not answer in time."
    )
    CONCURRENT_CHANGE = Explained(
        "retried", "Somebody changed the model at the same moment, several times over."
    )
    ENDPOINT_BUSY = Explained(
        "retried", "Other operations are under way on an endpoint, longer than a delivery may wait."
    )
    STILL_DEPLOYED = Explained(
        "retried",
        "The model is undeployed, and BigQuery still takes it for deployed: that lasts a while.",
    )
    REGISTRY_LAG = Explained(
        "retried", "The registered version is not visible in the registry yet."
    )

    @property
    def outcome(self) -> str:
        """How the delivery ended, in one word: ignored, registered, blocked, retried and so on."""
        return self.value.outcome

    @property
    def outcomes(self) -> tuple[str, ...]:
        """All outcomes that it can have, the usual one first."""
        return self.value.outcome, *self.value.others

    @property
    def meaning(self) -> str:
        """One sentence for a person."""
        return self.value.meaning
