from __future__ import annotations

from datetime import timedelta

import pytest

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument, labels_digest
from bqml_registrar.names import DatasetName
from tests.builders import CHURN, CREATED

GOLD = {"tier": "gold"}
SWEPT = DatasetDocument(
    name=DatasetName(project=CHURN.project, dataset=CHURN.dataset),
    swept_at=CREATED,
    policy="p",
    labels=labels_digest(GOLD),
)


@pytest.mark.parametrize(
    ("later", "policy", "labels", "expected"),
    [
        pytest.param(-1, "p", GOLD, True, id="before it"),
        pytest.param(0, "p", GOLD, False, id="when it began"),
        pytest.param(1, "p", GOLD, False, id="after it began"),
        pytest.param(-1, "another", GOLD, False, id="under another policy"),
        pytest.param(-1, "p", {}, False, id="with other labels of the dataset"),
    ],
)
def test_a_sweep_has_seen_what_was_there_when_it_began_under_its_own_policy(
    later: int, policy: str, labels: dict[str, str], *, expected: bool
) -> None:
    assert SWEPT.has_seen(CREATED + timedelta(seconds=later), policy, labels) is expected
