"""How large a document can become: a plan that carries over the most of everything."""

from __future__ import annotations

import json
from datetime import timedelta

from msgspec.structs import replace

from bqml_registrar.adapters.documents import encoded
from bqml_registrar.bookkeeping.model_document import RetirementRecord, new_document, succeeded
from bqml_registrar.names import ModelName
from bqml_registrar.resources.models import Origin
from tests.builders import a_decision, a_version
from tests.unit.registration.deliveries import JOB
from tests.unit.registration.planned import REGISTERED, planned

LONGEST = ModelName(project="p" * 30, dataset="d" * 1024, model="\U00020000" * 256)
EACH_LABEL = {f"{number:02}{'k' * 61}": "\U00020000" * 63 for number in range(16)}


def test_the_largest_document_is_far_below_what_firestore_takes() -> None:
    model = replace(REGISTERED, name=LONGEST)
    origin = Origin(job=JOB, creator="c" * 250, labels=EACH_LABEL)
    record = RetirementRecord(key="k" * 60, wanted="inherited20261201", generation=model.generation)
    document = replace(new_document(model, "e" * 32), origin=origin, retirement=record)
    for generation in range(7):
        aliases = tuple(f"g{generation}-{number:04}-{'x' * 115}" for number in range(2_000))
        version = a_version("9", aliases=aliases)
        rule = a_decision(aliases=tuple(f"{n}{'r' * 39}" for n in "abcdefgh"), labels=EACH_LABEL)
        document = replace(planned(rule, version, document, model=model).settled, origin=origin)
        model = replace(model, created=model.created + timedelta(hours=1))
        document = succeeded(document, model)

    plan = planned(rule, a_version("9"), document, model=model)
    size = len(json.dumps(encoded(plan.effected), default=str, ensure_ascii=False).encode())

    assert len(plan.effected.transitions) > 50
    assert size < 900_000
