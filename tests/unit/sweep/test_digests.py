from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import OWNER
from bqml_registrar.sweep.digests import model_digest
from tests.builders import CHURN, CREATED, a_listed_model

LISTED = a_listed_model()


def test_the_digest_tells_apart_what_a_decision_may_depend_on_and_nothing_else() -> None:
    same = [
        replace(LISTED, labels={**LISTED.labels, OWNER: "rule"}),
        replace(LISTED, modified=CREATED + timedelta(days=1)),
    ]
    others = [
        replace(LISTED, name=replace(CHURN, model="churn_2")),
        replace(LISTED, created=CREATED + timedelta(milliseconds=1)),
        replace(LISTED, labels={"team": "sales"}),
        replace(LISTED, labels={}),
    ]
    digest = model_digest(LISTED, {})

    assert {model_digest(model, {}) for model in same} == {digest}
    assert digest not in {model_digest(model, {}) for model in others}
    assert model_digest(LISTED, {"tier": "gold"}) != digest
    assert len({model_digest(model, {}) for model in others}) == len(others)
