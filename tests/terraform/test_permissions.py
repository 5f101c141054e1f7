"""The custom roles hold exactly the permissions that the calls of the functions need.

Real: the functions' use cases, official clients, the local cloud's wires. The calls are those of the
fault harness's flows without a fault, and of a few more plays.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.every_flow import FLOWS
from tests.faults.harness import Harness
from tests.faults.world import World, serving
from tests.terraform.calls import FUNCTIONS, Calls
from tests.terraform.iam import Iam, read_iam
from tests.terraform.plays import PLAYS
from tests.terraform.watched_ports import ALL_METHODS, WatchedPorts
from tools.terraform.permissions import (
    NEEDS,
    STORE_NEEDS,
    UnknownCallError,
    is_for_datasets,
    needs_of,
)

NAMES = sorted(set(FUNCTIONS.values()))


class Played:
    """What was called while all flows were played, once."""

    def __init__(self, world: World) -> None:
        self.ports = world.product.ports = WatchedPorts(world.product.ports)
        self.calls = Calls(world)
        world.gate.guards.append(self.calls)
        harness = Harness(world)
        for flow in (*FLOWS, *PLAYS):
            for played in harness.undisturbed(flow):
                assert not played.played.end["given_up"], flow.name


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with serving() as world:
        yield Played(world)


@pytest.fixture(scope="module")
def iam() -> Iam:
    return read_iam()


@pytest.mark.parametrize("name", NAMES)
def test_a_role_holds_what_the_calls_need_and_nothing_else(
    name: str, played: Played, iam: Iam
) -> None:
    needed = {need.permission: call for call in played.calls.made[name] for need in needs_of(call)}
    granted = iam.permissions[name]
    missing = [f"{needed[each]} needs {each}" for each in sorted(set(needed) - granted.all)]
    superfluous = [f"no call of {name} needs {each}" for each in sorted(granted.all - set(needed))]

    assert not missing + superfluous, f"{name}: {missing + superfluous}"


@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_granted_on_datasets_is_not_granted_on_projects(name: str, iam: Iam) -> None:
    granted = iam.permissions[name]
    for_datasets = {permission for permission in granted.all if is_for_datasets(permission)}

    assert granted.data == for_datasets
    assert granted.project == granted.all - for_datasets


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_publish_where_it_does_and_nowhere_else(
    name: str, played: Played, iam: Iam
) -> None:
    assert iam.publishes[name] == played.calls.published[name]


def test_what_a_function_calls_in_a_database_its_role_there_allows(
    played: Played, iam: Iam
) -> None:
    refused = [
        f"{function} calls {call} in {database}, which takes {need.permission}"
        for (function, database), calls in played.calls.stored.items()
        for call in sorted(calls)
        for need in needs_of(call)
        if need.permission not in iam.store_roles[iam.store_access[function, database]]
    ]

    assert not refused
    assert set(played.calls.stored) == set(iam.store_access), "granted, and not used"


@pytest.mark.parametrize("role", ["reader", "writer"])
def test_a_role_for_a_database_holds_what_those_who_have_it_need_and_nothing_else(
    role: str, played: Played, iam: Iam
) -> None:
    needed = {
        need.permission
        for place, calls in played.calls.stored.items()
        for call in calls
        for need in needs_of(call)
        if iam.store_access[place] == role
    }

    assert iam.store_roles[role] == needed


def test_every_row_of_the_databases_table_is_of_a_call_that_is_made(played: Played) -> None:
    assert set(STORE_NEEDS) == {call for calls in played.calls.stored.values() for call in calls}


def test_nobody_deletes_in_a_database_and_the_cleanup_does_not_write_to_the_registry(
    iam: Iam,
) -> None:
    held = {permission for role in iam.store_roles.values() for permission in role}
    writers = {place for place, role in iam.store_access.items() if role == "writer"}

    assert held == {f"datastore.entities.{verb}" for verb in ("create", "get", "list", "update")}
    assert writers == {("reconcile", "registry"), ("register_model", "registry")}


def test_every_row_of_the_table_is_of_a_call_that_is_made(played: Played) -> None:
    made = {call for calls in played.calls.made.values() for call in calls}

    assert set(NEEDS) == made


def test_every_method_of_the_ports_is_reached(played: Played) -> None:
    unreached = ALL_METHODS - played.ports.reached

    assert not unreached, f"add a play for {sorted(unreached)}, so that its calls are seen"


def test_a_call_that_nobody_looked_up_is_told() -> None:
    with pytest.raises(UnknownCallError, match=r"EndpointService\.DeployModel"):
        needs_of("google.cloud.aiplatform.v1.EndpointService.DeployModel")
