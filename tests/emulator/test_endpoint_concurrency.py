"""Many changes of one endpoint: at once from threads, and in any order one after another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.api_core import exceptions
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.endpoint_server import Endpoints, serving
from tests.emulator.vertex_server import name

CALLERS = 12


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with serving() as served:
        yield served


def begin(call: Any) -> str:
    """The name of the operation, or the first words of the refusal."""
    try:
        return str(call().operation.name)
    except exceptions.GoogleAPICallError as error:
        return error.message[:40]


def at_once(call: Any) -> list[str]:
    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(begin, [call] * CALLERS))


def test_of_many_undeployments_at_once_one_begins(endpoints: Endpoints) -> None:
    target = endpoints.create("once")
    endpoints.deploy(to=target, id="1", split={"0": 100})
    answers = at_once(lambda: endpoints.begin_undeploy("1", at=target))

    assert sum("/operations/" in answer for answer in answers) == 1
    assert answers.count("There are other operations running on th") == CALLERS - 1
    endpoints.pass_time()
    assert endpoints.ids(target) == []


def test_of_many_undeployments_at_once_one_succeeds_where_all_may_begin(
    endpoints: Endpoints,
) -> None:
    target = endpoints.create("many")
    endpoints.deploy(to=target, id="1", split={"0": 100})
    endpoints.vertex.env.set({"busy_endpoint_refuses": []})
    answers = at_once(lambda: endpoints.begin_undeploy("1", at=target))
    endpoints.pass_time()
    ended = [endpoints.vertex.operation(answer) for answer in answers]

    assert len(set(answers)) == CALLERS
    assert [item.done for item in ended] == [True] * CALLERS
    assert sum(not item.HasField("error") for item in ended) == 1


STEPS = st.one_of(
    st.tuples(st.just("deploy"), st.sampled_from("1234"), st.integers(0, 100)),
    st.tuples(st.just("undeploy"), st.sampled_from("1234"), st.sampled_from("1234")),
    st.tuples(st.just("update"), st.sampled_from("1234"), st.integers(0, 100)),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([20.0, 60.0])),
    st.tuples(st.just("restore"), st.just(""), st.just("")),
)


def take(endpoints: Endpoints, target: str, step: tuple[str, str, Any]) -> None:
    kind, first, second = step
    try:
        if kind == "deploy":
            split = {"0": second} if second == 100 else {"0": second, "1": 100 - second}
            endpoints.begin_deploy(name("churn"), to=target, id=first, split=split)
        elif kind == "undeploy":
            endpoints.begin_undeploy(first, {second: 100} if second != first else {}, target)
        elif kind == "update":
            split = {first: second, "1": 100 - second} if first != "1" else {}
            endpoints.client.update_endpoint(
                endpoint={"name": target, "traffic_split": split},
                update_mask={"paths": ["traffic_split"]},
            )
        elif kind == "wait":
            endpoints.pass_time(second)
        else:
            endpoints.vertex.registry.load(endpoints.vertex.registry.dump())
    except (exceptions.BadRequest, exceptions.Conflict):
        pass  # a refusal is as good an answer


@given(steps=st.lists(STEPS, max_size=12), busy=st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_split_and_the_registry_fit_the_endpoint(
    endpoints: Endpoints, steps: list[tuple[str, str, Any]], busy: bool
) -> None:
    endpoints.vertex.env.set({"busy_endpoint_refuses": ["DeployModel"] if busy else []})
    target = endpoints.create(f"any-{endpoints.vertex.registry.operations.next_id}")
    for step in steps:
        take(endpoints, target, step)
        split, ids = endpoints.split(target), endpoints.ids(target)
        refs = [deployed_id for where, deployed_id in endpoints.refs() if where == target]

        assert set(split) <= set(ids)
        assert not split or sum(split.values()) == 100
        assert (len(ids), sorted(ids)) == (len(set(ids)), sorted(refs))
