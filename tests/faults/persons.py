"""What a person does between two calls of the product, and what the end is to be then.

Through official clients. Which labels are a version's own, and which its model's, no answer of the
registry tells, but whoever set them knows: that is read from the local cloud's state.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from google.api_core.exceptions import NotFound
from msgspec import Struct

from tests.faults.people import People
from tests.faults.topic_names import PROJECT

LABEL = {"person": "was-here"}
End = dict[str, Any]


class Deed(Struct, frozen=True):
    """Something a person changed: a service, a resource there, a version's number (0: all), an alias.

    Of an endpoint: the split that its traffic is to have in the end, or that it is gone.
    """

    service: str
    name: str
    version: int = 0
    alias: str = ""
    split: Mapping[str, int] | None = None
    is_gone: bool = False


Person = Callable[[People], list[Deed]]


def label_models(people: People) -> list[Deed]:
    """Set a label on every BigQuery model."""
    names = list(people.state()["bigquery"])
    for name in names:
        _label_model(people, name, LABEL)
    return [Deed("bigquery", name) for name in names]


def relabel_models(people: People) -> list[Deed]:
    """Set the label from which the policy takes an alias."""
    names = list(people.state()["bigquery"])
    for name in names:
        _label_model(people, name, {"stage": "challenger"})
    return [Deed("bigquery", name) for name in names]


def label_versions(people: People) -> list[Deed]:
    """Set a label on every version in the registry."""
    return [
        Deed("vertex", model["model_id"], version["number"])
        for model in people.state()["vertex"].values()
        for version in model["versions"]
        if _label(people, f"{_name(model)}@{version['number']}", version["labels"])
    ]


def label_parents(people: People) -> list[Deed]:
    """Set a label on every model in the registry, hence on all of its versions."""
    return [
        Deed("vertex", model["model_id"])
        for model in people.state()["vertex"].values()
        if _label(people, _name(model), model["labels"])
    ]


def give_to_default(people: People) -> list[Deed]:
    """Give the aliases of the newest version to the default one.

    Not of two: back where it came from, an alias looks as if it had never been moved.
    """
    deeds = []
    for model in people.state()["vertex"].values():
        aliases = model["versions"][-1]["aliases"]
        if len(model["versions"]) > 2 and aliases and "default" not in aliases:
            people.registry.merge_version_aliases(
                name=f"{_name(model)}@default", version_aliases=aliases
            )
            deeds += [Deed("vertex", model["model_id"], alias=alias) for alias in aliases]
    return deeds


def shown(end: End) -> End:
    """An end with the labels as Vertex AI shows them: a model's among those of each version."""
    after = copy.deepcopy(end)
    for model in after["state"]["vertex"].values():
        for version in model["versions"]:
            version["labels"] = {**model["labels"], **version["labels"]}
        del model["labels"]
    return after


def without_moved(end: End, deeds: list[Deed]) -> End:
    """An end without the assignment of an alias that a person has moved on.

    Whether it was given before that can be told only from the commit after it on.
    """
    moved = {deed.alias for deed in deeds if deed.alias}
    told = {change: True for change in end["announced"] if not _is_about(change, moved)}
    return {**end, "announced": told}


def with_deeds(end: End, deeds: list[Deed]) -> End:
    """An end, as shown, with exactly what the person changed in what is still there."""
    after = copy.deepcopy(end)
    for deed in deeds:
        if deed.service == "bigquery" and (model := after["state"]["bigquery"].get(deed.name)):
            model["labels"] = {**model.get("labels", {}), **LABEL}
        if deed.split is not None:
            after["state"]["endpoints"][deed.name]["traffic_split"] = deed.split
        if deed.is_gone:
            after["state"]["endpoints"].pop(deed.name, None)
        for version in _versions(after, deed):
            if not deed.alias:
                version["labels"] |= LABEL if deed.version in {0, version["number"]} else {}
            elif "default" in version["aliases"]:
                version["aliases"] = sorted({*version["aliases"], deed.alias})
            else:
                version["aliases"] = [a for a in version["aliases"] if a != deed.alias]
    return after


def _is_about(change: str, aliases: set[str]) -> bool:
    return change.startswith("alias.v1.assigned") and not aliases.isdisjoint(change.split())


def _versions(end: End, deed: Deed) -> Iterator[Any]:
    if deed.service == "vertex" and (model := end["state"]["vertex"].get(deed.name)):
        yield from model["versions"]


def _label_model(people: People, name: str, labels: dict[str, str]) -> None:
    model = people.bigquery.get_model(f"{PROJECT}.{name}")
    model.labels = {**model.labels, **labels}
    people.bigquery.update_model(model, ["labels"])


def _label(people: People, name: str, own: dict[str, str]) -> bool:
    """Whether it is there to be labelled."""
    model: Any = {"name": name, "labels": {**own, **LABEL}}
    try:
        people.registry.update_model(model=model, update_mask={"paths": ["labels"]})
    except NotFound:
        return False
    return True


def _name(model: Any) -> str:
    return f"projects/{model['project']}/locations/{model['location']}/models/{model['model_id']}"
