"""CREATE OR REPLACE MODEL over every kind of model, under every combination of what is assumed of it."""

import itertools
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from tests.emulator.bigquery_server import LINEAR, REGISTERED, event_of

EVENTS = ("modelCreation", "modelDataChange", "modelMetadataChange")
WRITES = [subset for size in range(4) for subset in itertools.combinations(EVENTS, size)]
BOTH = (False, True)


def run(client: bigquery.Client, sql: str) -> None:
    client.query(sql, job_retry=None).result(retry=None)


def registration(client: bigquery.Client, model: str = "sales.m") -> tuple[str, str] | None:
    """The bare id and the version that models.get shows."""
    last = client.get_model(model).training_runs[-1]
    if "vertexAiModelId" not in last:
        return None
    return last["vertexAiModelId"].rpartition("/")[2], last["vertexAiModelVersion"]


def registry_model(server, model_id: str = "m") -> dict[str, Any] | None:
    models = server.registry.dump()["models"]
    return next((model for model in models if model["model_id"] == model_id), None)


@pytest.mark.parametrize("writes", WRITES, ids=lambda writes: "+".join(writes) or "none")
@pytest.mark.parametrize("registered", BOTH, ids=["plain", "registered"])
def test_a_replace_writes_the_events_that_are_set(server, client, writes, registered) -> None:
    server.set(replace_writes=list(writes))
    sql = REGISTERED if registered else LINEAR
    run(client, f"CREATE MODEL sales.m {sql}")
    server.clear_entries()
    run(client, f"CREATE OR REPLACE MODEL sales.m {sql}")

    assert server.events() == ["jobInsertion", *writes, "jobChange"]


def test_a_replace_that_fails_writes_none_of_them(server, client) -> None:
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    server.deploy("m")
    server.clear_entries()
    with pytest.raises(exceptions.BadRequest):
        run(client, f"CREATE OR REPLACE MODEL sales.m {LINEAR}")

    assert [event_of(entry) for entry in server.entries()] == ["jobInsertion", "jobChange"]
    assert registration(client) == ("m", "1")


@pytest.mark.parametrize("alone", BOTH, ids=["with-another", "alone"])
@pytest.mark.parametrize("survives", BOTH, ids=["begins-anew", "survives"])
@pytest.mark.parametrize("inherits", BOTH, ids=["drops-out", "inherits"])
@pytest.mark.parametrize("keeps_labels", BOTH, ids=["loses-labels", "keeps-labels"])
@pytest.mark.parametrize("options", BOTH, ids=["without-options", "with-options"])
def test_a_replace_of_a_registered_model(
    server, client, alone, survives, inherits, keeps_labels, options
) -> None:
    server.set(
        registry_model_survives_replace=survives,
        replace_without_options_registers=inherits,
        labels_survive_replace=keeps_labels,
    )
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    run(client, "ALTER MODEL sales.m SET OPTIONS(labels=[('team', 'ml')])")
    if not alone:
        run(client, f"CREATE MODEL sales.other {LINEAR}")
        run(client, "ALTER MODEL sales.other SET OPTIONS(vertex_ai_model_id='m')")
    state = server.registry.dump()
    state["models"][0]["labels"] = {"memory": "v1"}
    server.registry.load(state)
    run(client, f"CREATE OR REPLACE MODEL sales.m {REGISTERED if options else LINEAR}")
    model = registry_model(server)

    registers = options or inherits
    number = 2 if alone else 3
    assert registration(client) == (("m", str(number)) if registers else None)
    assert client.get_model("sales.m").labels == ({"team": "ml"} if keeps_labels else {})
    assert server.versions("m") == ([] if alone else [2]) + ([number] if registers else [])
    assert (model is None) == (alone and not registers)
    if model:
        assert model["labels"] == ({"memory": "v1"} if survives or not alone else {})


def test_a_number_is_never_used_twice_while_the_model_lives(server, client) -> None:
    numbers = []
    run(client, f"CREATE MODEL sales.other {LINEAR}")
    run(client, "ALTER MODEL sales.other SET OPTIONS(vertex_ai_model_id='m')")
    for _ in range(3):
        run(client, f"CREATE OR REPLACE MODEL sales.m {REGISTERED}")
        numbers.append(registration(client)[1])
        run(client, f"CREATE OR REPLACE MODEL sales.m {LINEAR}")
        run(client, "ALTER MODEL sales.m SET OPTIONS(vertex_ai_model_id='m')")
        numbers.append(registration(client)[1])
        run(client, "DROP MODEL sales.m")

    assert numbers == ["2", "3", "4", "5", "6", "7"]
    assert server.versions("m") == [1]


@pytest.mark.parametrize(("restarts", "number"), [(True, "1"), (False, "3")])
@pytest.mark.parametrize(
    "end",
    ["DROP MODEL sales.m", f"CREATE OR REPLACE MODEL sales.m {LINEAR}"],
    ids=["drop", "replace-without-options"],
)
def test_a_model_without_versions_is_gone_and_its_numbering_is_a_setting(
    server, client, end: str, restarts: bool, number: str
) -> None:
    server.set(version_numbers_restart=restarts)
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    run(client, f"CREATE OR REPLACE MODEL sales.m {REGISTERED}")
    run(client, end)

    assert registry_model(server) is None
    run(client, f"CREATE OR REPLACE MODEL sales.m {REGISTERED}")
    assert registration(client) == ("m", number)


def test_numbers_of_models_that_are_gone_end_with_a_reset(server, client) -> None:
    server.set(version_numbers_restart=False)
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    run(client, "DROP MODEL sales.m")
    server.registry.reset()
    run(client, f"CREATE MODEL sales.m {REGISTERED}")

    assert registration(client) == ("m", "1")


def test_a_replace_may_register_under_another_id(server, client) -> None:
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    other = REGISTERED.replace("model_registry", "vertex_ai_model_id='other', model_registry")
    run(client, f"CREATE OR REPLACE MODEL sales.m {other}")

    assert registration(client) == ("other", "1")
    assert (server.versions("m"), server.versions("other")) == ([], [1])


def test_a_replace_ends_a_registration_that_is_under_way(server, client) -> None:
    server.set(registration_latency=30.0)
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    run(client, "ALTER MODEL sales.m SET OPTIONS(vertex_ai_model_id='m')")
    run(client, f"CREATE OR REPLACE MODEL sales.m {LINEAR}")
    server.env.clock.advance(31)
    server.await_that(lambda: not server.env.clock.pending())

    assert registration(client) is None
    assert server.versions("m") == []


def test_the_next_versions_aliases_are_those_of_its_own_statement(server, client) -> None:
    first = REGISTERED.replace("model_registry", "vertex_ai_model_version_aliases=['gold'], model_registry")  # fmt: skip
    run(client, f"CREATE MODEL sales.m {first}")
    run(client, f"CREATE OR REPLACE MODEL sales.m {REGISTERED}")
    [version] = registry_model(server)["versions"]

    assert (version["number"], version["aliases"]) == (2, ["default"])
