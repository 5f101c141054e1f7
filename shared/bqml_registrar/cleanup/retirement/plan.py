"""Plans retirements: a label on a model asks for its deletion on a date.

The first delivery replaces a grace period by an absolute date: no event comes when a period ends.
The model's document holds the last change: what the label asked for, of which generation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, RetirementRecord
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.resources.models import BigQueryModel

NOTHING = "none"
INHERITED = "inherited"
UNCLEAR = "unclear"
# Only this form of a date: a month's name or a time would not fit in a label's value.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GRACE = ("", "true", "yes")


class RetirementChange(Enum):
    """How a retirement changed."""

    SET = "the model is to be deleted on a date"
    WITHDRAWN = "the model is no longer to be deleted"
    INHERITED = "the label was set on an earlier model of this name, and a replace kept it"
    UNCLEAR = "the label's value has no known meaning"


class RetirementPlan(Struct, frozen=True, kw_only=True):
    """What follows from a model's retire label; a plan without any of these fields is empty.

    Steps in order: remember `record`, patch `labels`, announce `change` under `key`, and if `is_due`
    request the deletion.
    """

    key: str = ""
    due: date | None = None
    record: RetirementRecord | None = None
    labels: Mapping[str, str | None] = {}
    change: RetirementChange | None = None
    is_due: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be remembered, written, announced or requested."""
        return not (self.record or self.labels or self.change or self.is_due)


_NEVER = RetirementRecord(key="", wanted=NOTHING, generation="")


def plan_retirement(
    model: BigQueryModel, retirement: Retirement | None, now: datetime, document: ModelDocument
) -> RetirementPlan:
    """The plan for the model's labels; without a rule, an earlier retirement is withdrawn."""
    is_first = document.is_rebuilt and document.retirement is None
    last = document.retirement or (_as_labelled(model, retirement) if is_first else _NEVER)
    wanted = _wanted_of(model, retirement, now, last)
    if is_first or (wanted != _state(last) and {wanted, _state(last)} != {NOTHING, INHERITED}):
        return _transition(model, retirement, wanted, now, document)
    labels = _normalised(model, retirement, last)
    is_due = _has_come(_due(last), now)
    record = None if last.is_normalised or labels else _as_normalised(last)
    return RetirementPlan(key=last.key, due=_due(last), record=record, labels=labels, is_due=is_due)


def may_be_due(record: RetirementRecord | None, now: datetime) -> bool:
    """Whether the last recorded date has come, whatever the rule says now."""
    return record is not None and _has_come(_due(record), now)


def is_still_due(
    model: BigQueryModel,
    retirement: Retirement | None,
    now: datetime,
    document: ModelDocument | None,
) -> bool:
    """Whether the model's label still asks for a deletion, and its date has come.

    If the document is lost, the date in the label counts.
    """
    last = (document.retirement or _NEVER) if document else _as_labelled(model, retirement)
    is_asked_for = _wanted_of(model, retirement, now, last) == last.wanted
    return is_asked_for and _has_come(_due(last), now)


def _as_labelled(model: BigQueryModel, retirement: Retirement | None) -> RetirementRecord:
    """The record of the date that the label has: what nothing remembers was noted before."""
    value = model.labels.get(retirement.label, "") if retirement else ""
    if not _DATE.fullmatch(value):
        return _NEVER
    return replace(_NEVER, wanted=value.replace("-", ""), generation=model.generation)


def _state(record: RetirementRecord) -> str:
    """What is wanted, without a date that no longer holds."""
    wanted = record.wanted
    return next((end for end in (NOTHING, INHERITED) if wanted.startswith(end)), wanted)


def _due(record: RetirementRecord) -> date | None:
    """The date on which the model is to be deleted."""
    wanted = record.wanted
    with suppress(ValueError):
        return date.fromisoformat(f"{wanted[:4]}-{wanted[4:6]}-{wanted[6:]}")
    return None


def _has_come(due: date | None, now: datetime) -> bool:
    return due is not None and now.date() >= due


def _transition(
    model: BigQueryModel,
    retirement: Retirement | None,
    wanted: str,
    now: datetime,
    document: ModelDocument,
) -> RetirementPlan:
    last = document.retirement or _NEVER
    # What a rebuilt document finds was announced before.
    is_settled = document.is_rebuilt and document.retirement is None
    change = None if is_settled else _change_to(wanted, was_retiring=_due(last) is not None)
    is_end = wanted in (NOTHING, INHERITED)
    count = last.count + 1
    new = RetirementRecord(
        count=count,
        # Its end has the key of the retirement that ends.
        key=last.key if is_end else f"retirement-{count}-{wanted}",
        wanted=f"{wanted}{last.wanted}" if is_end and _due(last) else wanted,
        generation=model.generation,
    )
    labels = _normalised(model, retirement, new)
    return RetirementPlan(
        key=new.key,
        due=_due(new) or _due(last),
        record=new if labels else _as_normalised(new),
        labels=labels,
        change=change,
        is_due=_has_come(_due(new), now),
    )


def _as_normalised(record: RetirementRecord) -> RetirementRecord | None:
    return replace(record, is_normalised=True) if record.key or record.generation else None


def _normalised(
    model: BigQueryModel, retirement: Retirement | None, new: RetirementRecord
) -> dict[str, str | None]:
    """The change to the retire label: the absolute date, or its removal if it was inherited."""
    if retirement is None or retirement.label not in model.labels:
        return {}
    if _state(new) == INHERITED:
        return {retirement.label: None}
    due = _due(new)
    wanted = due.isoformat() if due else model.labels[retirement.label]
    return {} if wanted == model.labels[retirement.label] else {retirement.label: wanted}


def _change_to(wanted: str, *, was_retiring: bool) -> RetirementChange | None:
    if wanted.isdigit():
        return RetirementChange.SET
    if wanted == INHERITED:
        return RetirementChange.INHERITED
    if wanted.startswith(UNCLEAR):
        return RetirementChange.UNCLEAR
    return RetirementChange.WITHDRAWN if was_retiring else None


def _wanted_of(
    model: BigQueryModel, retirement: Retirement | None, now: datetime, last: RetirementRecord
) -> str:
    """What the model's labels ask for, as `RetirementRecord.wanted` has it."""
    value = model.labels.get(retirement.label) if retirement else None
    due, is_other = _due(last), last.generation != model.generation
    if _is_inherited(value, last, is_other=is_other):
        return INHERITED
    if retirement is None or value is None:
        return NOTHING
    if value in _GRACE and due and not is_other and not last.is_normalised:
        return last.wanted  # a delivery ended before it wrote the date
    if value in _GRACE:
        return eight_digits(now.date() + timedelta(days=retirement.grace_days))
    if _DATE.fullmatch(value):
        with suppress(ValueError):
            day = eight_digits(date.fromisoformat(value))
            # A date that was past when it was set is a mistake: nothing is deleted for it.
            if day == last.wanted or day >= eight_digits(now.date()):
                return day
    return UNCLEAR + hashlib.sha256(value.encode()).hexdigest()[:8]


def _is_inherited(value: str | None, last: RetirementRecord, *, is_other: bool) -> bool:
    """Whether a replace kept the label, and nobody set it on the new model."""
    if not is_other:  # a delivery may have ended before it removed the label
        ended = replace(last, wanted=last.wanted.removeprefix(INHERITED))
        is_noted = _state(last) == INHERITED and not last.is_normalised
        return is_noted and (due := _due(ended)) is not None and value == due.isoformat()
    due = _due(last)
    # A grace period is as the earlier model had it if no delivery has written its date.
    is_grace = value in _GRACE and not last.is_normalised
    return due is not None and (is_grace or value in (None, due.isoformat()))


def eight_digits(day: date) -> str:
    """The date in eight digits: `strftime` writes a year before 1000 with fewer."""
    return day.isoformat().replace("-", "")
