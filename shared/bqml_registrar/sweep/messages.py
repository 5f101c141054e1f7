"""Messages of the reconcile topic: an empty one starts a sweep, others are about one dataset."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.counts import Counts

_Text = Annotated[str, Meta(max_length=1_024)]


class SweepMessage(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Sweep `dataset` from a page on, or all datasets if it is empty. `sweep` names the sweep.

    `left` are the models of that page that are not swept yet (empty: all of them). `began` is when
    the dataset's first page was listed, in milliseconds since 1970.
    """

    project: _Text = ""
    dataset: _Text = ""
    sweep: _Text = ""
    page: Annotated[str, Meta(max_length=8_192)] = ""
    left: tuple[_Text, ...] = ()
    counts: Counts = Counts()
    began: Annotated[int, Meta(ge=0, le=10**15)] = 0

    @property
    def is_start(self) -> bool:
        """Whether it starts a sweep of all datasets."""
        return not self.dataset

    @property
    def name(self) -> DatasetName:
        """The dataset that it is about."""
        return DatasetName(project=self.project, dataset=self.dataset)

    def check(self) -> None:
        """Raise ValueError for an invalid name, or for a field that needs a dataset."""
        if not self.is_start:
            self.name  # noqa: B018 - raises for an invalid name
        elif self != SweepMessage(sweep=self.sweep):
            raise ValueError("`dataset` is missing")


def read_message(data: bytes, message_id: str) -> SweepMessage:
    """The message; one without a sweep's name starts a sweep, named by the message's id.

    Raises PermanentError, which says where, if it cannot be read.
    """
    try:
        message = msgspec.json.decode(data or b"{}", type=SweepMessage)
        message.check()
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        detail = f'the message is no sweep: {str(error)[:200]}; write {{}} or {{"project": "P", "dataset": "D"}}'
        raise PermanentError(Reason.MALFORMED_REQUEST, detail) from error
    return message if message.sweep else msgspec.structs.replace(message, sweep=message_id)


def write_message(message: SweepMessage) -> bytes:
    """The message's data."""
    return msgspec.json.encode(message)
