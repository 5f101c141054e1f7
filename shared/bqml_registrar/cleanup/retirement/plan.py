"""Plans retirements: a label on a model asks for its deletion on a date.

The first delivery replaces a grace period by an absolute date: no event comes when a period ends.
Our own label `bqml-registrar-retirement` records the last change: its number, what the label asked
for, of which generation, and `-pending` until the change is announced.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import Enum

from msgspec import Struct

from bqml_registrar.bookkeeping.retirements import (
    INHERITED,
    NOTHING,
    RETIREMENT,
    UNCLEAR,
    RetirementLabel,
    eight_digits,
)
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.resources.models import BigQueryModel

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

    Steps in order: patch `labels`, announce `change` under `key`, patch `announced_labels`, and if
    `is_due` request the deletion. `is_leftover`: the change was not announced when it was made, and
    the label asks for something else by now, which has to be planned next.
    """

    key: str = ""
    due: date | None = None
    labels: Mapping[str, str | None] = {}
    change: RetirementChange | None = None
    announced_labels: Mapping[str, str | None] = {}
    is_due: bool = False
    is_leftover: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written, announced or requested."""
        return not (self.labels or self.change or self.is_due)


def plan_retirement(
    model: BigQueryModel, retirement: Retirement | None, now: datetime
) -> RetirementPlan:
    """The plan for the model's labels; without a rule, an earlier retirement is withdrawn."""
    last = RetirementLabel.read(model.labels)
    wanted = _wanted_of(model, retirement, now, last)
    is_other = wanted != last.state and {wanted, last.state} != {NOTHING, INHERITED}
    if is_other and last.announced:
        return _transition(model, retirement, wanted, now)
    is_due = not is_other and _has_come(last.due, now)
    if last.announced:
        return RetirementPlan(key=last.key, due=last.due, is_due=is_due)
    return RetirementPlan(
        key=last.key,
        due=last.due,
        change=_change_to(last.state, was_retiring=True),
        announced_labels={RETIREMENT: last.as_announced().as_label()},
        is_due=is_due,
        is_leftover=is_other,
    )


def may_be_due(labels: Mapping[str, str], now: datetime) -> bool:
    """Whether the last recorded date has come, whatever the rule says now."""
    return _has_come(RetirementLabel.read(labels).due, now)


def is_still_due(model: BigQueryModel, retirement: Retirement | None, now: datetime) -> bool:
    """Whether the model's label still asks for a deletion, and its date has come."""
    last = RetirementLabel.read(model.labels)
    return _wanted_of(model, retirement, now, last) == last.wanted and _has_come(last.due, now)


def _has_come(due: date | None, now: datetime) -> bool:
    return due is not None and now.date() >= due


def _transition(
    model: BigQueryModel, retirement: Retirement | None, wanted: str, now: datetime
) -> RetirementPlan:
    last = RetirementLabel.read(model.labels)
    change = _change_to(wanted, was_retiring=last.due is not None)
    over = last.wanted if last.due and wanted in (NOTHING, INHERITED) else ""
    new = RetirementLabel(
        count=last.count + 1,
        wanted=f"{wanted}{over}",
        generation=model.generation,
        announced=change is None,
    )
    return RetirementPlan(
        key=new.key,
        due=new.due or last.due,
        labels={RETIREMENT: new.as_label(), **_normalised(model, retirement, new)},
        change=change,
        announced_labels={RETIREMENT: new.as_announced().as_label()} if change else {},
        is_due=_has_come(new.due, now),
    )


def _normalised(
    model: BigQueryModel, retirement: Retirement | None, new: RetirementLabel
) -> dict[str, str | None]:
    """The change to the retire label: the absolute date, or its removal if it was inherited."""
    if retirement is None:
        return {}
    if new.state == INHERITED:
        return {retirement.label: None}
    wanted = new.due.isoformat() if new.due else model.labels.get(retirement.label)
    return {} if wanted == model.labels.get(retirement.label) else {retirement.label: wanted}


def _change_to(wanted: str, *, was_retiring: bool) -> RetirementChange | None:
    if wanted.isdigit():
        return RetirementChange.SET
    if wanted == INHERITED:
        return RetirementChange.INHERITED
    if wanted.startswith(UNCLEAR):
        return RetirementChange.UNCLEAR
    return RetirementChange.WITHDRAWN if was_retiring else None


def _wanted_of(
    model: BigQueryModel, retirement: Retirement | None, now: datetime, last: RetirementLabel
) -> str:
    """What the model's labels ask for, as `RetirementLabel.wanted` has it."""
    value = model.labels.get(retirement.label) if retirement else None
    if last.due and last.generation != model.generation and value in (None, last.due.isoformat()):
        return INHERITED  # a replace kept the labels, and nobody set this one on the new model
    if retirement is None or value is None:
        return NOTHING
    if value in _GRACE:
        return eight_digits(now.date() + timedelta(days=retirement.grace_days))
    if _DATE.fullmatch(value):
        with suppress(ValueError):
            day = eight_digits(date.fromisoformat(value))
            # A date that was past when it was set is a mistake: nothing is deleted for it.
            if day == last.wanted or day >= eight_digits(now.date()):
                return day
    return UNCLEAR + hashlib.sha256(value.encode()).hexdigest()[:8]
