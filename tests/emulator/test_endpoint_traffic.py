"""Endpoint.traffic_split: every rule of it, through the methods that change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.api_core import exceptions
from google.rpc import code_pb2

from tests.emulator.endpoint_server import NETWORK, Endpoints, endpoint, serving
from tests.emulator.vertex_server import name

SUM = "must add up to 100"
TRAFFIC = "still has traffic"


def missing(*ids: str) -> str:
    return rf"The following DeployedModel ID\(s\) \[{', '.join(ids)}\] do not exist\."


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    """Deployed to e1: 1 with all traffic, 2 with none."""
    with serving() as served:
        served.deploy(id="1", split={"0": 100})
        served.deploy(name("churn", "@golden"), id="2")
        yield served


def update(endpoints: Endpoints, split: dict[str, int], target: str = "") -> dict[str, int]:
    described = {"name": target or endpoint(), "traffic_split": split}
    changed = endpoints.client.update_endpoint(
        endpoint=described, update_mask={"paths": ["traffic_split"]}
    )
    return dict(changed.traffic_split)


ACCEPTED: dict[str, dict[str, int]] = {
    "all-to-one": {"1": 100},
    "shared": {"1": 30, "2": 70},
    "nothing-at-all": {},
    "with-a-zero": {"1": 0, "2": 100},
    "absent-means-none": {"2": 100},
}
REFUSED: dict[str, tuple[dict[str, int], str]] = {
    "below": ({"1": 99}, SUM),
    "above": ({"1": 100, "2": 1}, SUM),
    "all-zero": ({"1": 0, "2": 0}, SUM),
    "negative": ({"1": 101, "2": -1}, SUM),
    "unknown": ({"1": 50, "9": 25, "8": 25}, missing("8", "9")),
    "new-one": ({"0": 100}, missing("0")),
}


@pytest.mark.parametrize("split", ACCEPTED.values(), ids=ACCEPTED)
def test_an_update_replaces_the_split(endpoints: Endpoints, split: dict[str, int]) -> None:
    answered = update(endpoints, split)

    assert answered == split
    assert endpoints.split() == split


@pytest.mark.parametrize(("split", "text"), REFUSED.values(), ids=REFUSED)
def test_an_update_to_no_split_is_refused(
    endpoints: Endpoints, split: dict[str, int], text: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=text):
        update(endpoints, split)
    assert endpoints.split() == {"1": 100}


@pytest.mark.parametrize(
    ("split", "after"),
    [
        ({}, {"1": 100}),
        ({"0": 100}, {"3": 100}),
        ({"0": 20, "1": 30, "2": 50}, {"3": 20, "1": 30, "2": 50}),
        ({"1": 60, "2": 40}, {"1": 60, "2": 40}),
        ({"0": 0, "1": 100}, {"3": 0, "1": 100}),
    ],
    ids=["as-it-was", "all-to-the-new", "shared", "without-the-new", "zero-for-the-new"],
)
def test_a_deployment_overwrites_the_split_if_it_gives_one(
    endpoints: Endpoints, split: dict[str, int], after: dict[str, int]
) -> None:
    begun = endpoints.begin_deploy(id="3", split=split)

    assert endpoints.split() == {"1": 100}
    assert not endpoints.ended(begun).HasField("error")
    assert endpoints.split() == after
    assert endpoints.ids() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("split", "text"),
    [
        ({"0": 99}, SUM),
        ({"0": 50, "9": 50}, missing("9")),
        ({"3": 100}, missing("3")),
    ],
    ids=["below", "unknown", "its-own-id"],
)
def test_a_deployment_with_no_split_is_refused(
    endpoints: Endpoints, split: dict[str, int], text: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=text):
        endpoints.begin_deploy(id="3", split=split)
    assert endpoints.ids() == ["1", "2"]


@pytest.mark.parametrize(
    ("before", "gone", "split", "after"),
    [
        ({"1": 100}, "2", {}, {"1": 100}),
        ({"1": 100, "2": 0}, "2", {}, {"1": 100}),
        ({}, "1", {}, {}),
        ({"1": 100}, "1", {"2": 100}, {"2": 100}),
        ({"1": 40, "2": 60}, "1", {"1": 0, "2": 100}, {"2": 100}),
        ({"1": 100}, "2", {"1": 100}, {"1": 100}),
    ],
    ids=[
        "absent",
        "zero",
        "no-traffic-at-all",
        "given-to-another",
        "zero-given",
        "given-as-it-was",
    ],
)
def test_a_model_without_traffic_is_undeployed(
    endpoints: Endpoints,
    before: dict[str, int],
    gone: str,
    split: dict[str, int],
    after: dict[str, int],
) -> None:
    update(endpoints, before)
    begun = endpoints.begin_undeploy(gone, split)

    assert (endpoints.split(), endpoints.ids()) == (before, ["1", "2"])
    assert not endpoints.ended(begun).HasField("error")
    assert endpoints.split() == after
    assert endpoints.ids() == [{"1": "2", "2": "1"}[gone]]


@pytest.mark.parametrize(
    ("gone", "split", "refusal", "text"),
    [
        ("1", {}, exceptions.FailedPrecondition, TRAFFIC),
        ("1", {"1": 1, "2": 99}, exceptions.FailedPrecondition, TRAFFIC),
        ("1", {"2": 99}, exceptions.InvalidArgument, SUM),
        ("1", {"2": 50, "9": 50}, exceptions.InvalidArgument, missing("9")),
        ("1", {"0": 100}, exceptions.InvalidArgument, missing("0")),
        ("9", {}, exceptions.InvalidArgument, missing("9")),
    ],
    ids=["has-traffic", "keeps-traffic", "below", "unknown-in-split", "new-one", "unknown"],
)
def test_an_undeployment_that_leaves_traffic_or_no_split_is_refused(
    endpoints: Endpoints, gone: str, split: dict[str, int], refusal: Any, text: str
) -> None:
    with pytest.raises(refusal, match=text):
        endpoints.begin_undeploy(gone, split)
    endpoints.pass_time()

    assert (endpoints.split(), endpoints.ids()) == ({"1": 100}, ["1", "2"])


@pytest.mark.parametrize("traffic", [{"1": 100}, {}], ids=["all", "none"])
def test_the_last_one_leaves_an_empty_split(endpoints: Endpoints, traffic: dict[str, int]) -> None:
    endpoints.undeploy("2")
    update(endpoints, traffic)
    done = endpoints.undeploy("1")

    assert not done.HasField("error")
    assert (endpoints.split(), endpoints.ids()) == ({}, [])


def test_the_last_one_goes_with_its_traffic_but_not_if_it_is_to_keep_it(
    endpoints: Endpoints,
) -> None:
    endpoints.undeploy("2")

    with pytest.raises(exceptions.FailedPrecondition, match=TRAFFIC):
        endpoints.begin_undeploy("1", {"1": 100})


@pytest.mark.parametrize("status", ["NOT_FOUND", "FAILED_PRECONDITION"])
def test_the_status_of_an_unknown_id_is_a_setting(endpoints: Endpoints, status: str) -> None:
    endpoints.vertex.env.set({"unknown_deployed_model_status": status})

    for begin in (
        lambda: endpoints.begin_undeploy("9"),
        lambda: endpoints.begin_deploy(split={"9": 100}),
        lambda: update(endpoints, {"9": 100}),
    ):
        with pytest.raises(exceptions.GoogleAPICallError, match=missing("9")) as refused:
            begin()
        assert refused.value.grpc_status_code.name == status


def test_traffic_that_came_meanwhile_fails_the_operation(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set({"busy_endpoint_refuses": []})
    begun = endpoints.begin_undeploy("2")
    update(endpoints, {"2": 100})
    done = endpoints.ended(begun)

    assert (done.error.code, endpoints.ids()) == (code_pb2.FAILED_PRECONDITION, ["1", "2"])
    assert TRAFFIC in done.error.message


def test_a_private_endpoint_has_one_model_and_no_split(endpoints: Endpoints) -> None:
    private = endpoints.create("private", network=NETWORK)
    with pytest.raises(exceptions.InvalidArgument, match="network"):
        endpoints.begin_deploy(to=private, split={"0": 100})
    endpoints.deploy(to=private, id="5")

    for refused in (
        lambda: update(endpoints, {"5": 100}, private),
        lambda: endpoints.begin_undeploy("5", {"5": 100}, private),
    ):
        with pytest.raises(exceptions.InvalidArgument, match="network"):
            refused()
    with pytest.raises(exceptions.FailedPrecondition, match="only one"):
        endpoints.begin_deploy(to=private)
    endpoints.undeploy("5", at=private)
    assert (endpoints.ids(private), endpoints.split(private)) == ([], {})


@pytest.mark.parametrize(
    "config",
    [
        {"private_service_connect_config": {"enable_private_service_connect": True}},
        {"enable_private_service_connect": True},
        {"dedicated_endpoint_enabled": True},
    ],
    ids=["psc", "psc-of-old", "dedicated"],
)
def test_other_endpoints_share_traffic_like_public_ones(
    endpoints: Endpoints, config: dict[str, Any]
) -> None:
    target = endpoints.create("other", **config)
    endpoints.deploy(to=target, id="5", split={"0": 100})
    endpoints.deploy(to=target, id="6", split={"0": 10, "5": 90})
    endpoints.undeploy("5", {"6": 100}, target)

    assert (endpoints.split(target), endpoints.ids(target)) == ({"6": 100}, ["6"])
