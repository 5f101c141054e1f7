"""A person who replaces what is ours between two calls, and what of the end counts then.

Labels and descriptions belong to people, and are derived for us: they come back at the next look.
The store does not: what a lost document may cost is in docs/state.md.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import firestore

from local.cloud.databases import REGISTRY_DATABASE
from tests.faults.people import People
from tests.faults.persons import LABEL, Deed, End
from tests.faults.topic_names import PROJECT

OURS = "bqml-registrar"
# What may come besides: it says truly that nothing is known any more.
_TRUE_OF_A_LOSS = ("ALIASES_FORGOTTEN", "model.v1.replaced")


def replace_model_labels(people: People) -> list[Deed]:
    """ALTER MODEL SET OPTIONS(labels=...): theirs, and none of ours."""
    names = list(people.state()["bigquery"])
    for name in names:
        model = people.bigquery.get_model(f"{PROJECT}.{name}")
        model.labels = {
            **{key: None if key.startswith(OURS) else value for key, value in model.labels.items()},
            **LABEL,
        }
        people.bigquery.update_model(model, ["labels"])
    return [Deed("bigquery", name) for name in names]


def replace_version_labels(people: People) -> list[Deed]:
    """update_version(labels=...) of the SDK: a map of their own."""
    return [
        Deed("vertex", model["model_id"], version["number"])
        for model in people.state()["vertex"].values()
        for version in model["versions"]
        if _update(people, f"{_name(model)}@{version['number']}", labels=LABEL)
    ]


def save_registry_models(people: People) -> list[Deed]:
    """Save each registry model with the labels that GetModel shows, and one more."""
    deeds = []
    for model in people.state()["vertex"].values():
        try:
            shown = people.registry.get_model(name=_name(model))
        except NotFound:  # not visible yet
            continue
        if _update(people, _name(model), labels={**shown.labels, **LABEL}):
            deeds.append(Deed("vertex", model["model_id"]))
    return deeds


def replace_descriptions(people: People) -> list[Deed]:
    """Describe each registry model in their own words."""
    return [
        Deed("vertex", model["model_id"])
        for model in people.state()["vertex"].values()
        if _update(people, _name(model), description="Ours now")
    ]


def delete_documents(_: People) -> list[Deed]:
    """Delete what is remembered of every model."""
    client = firestore.Client(project=PROJECT, database=REGISTRY_DATABASE)
    found = list(client.collection("models").stream())
    for document in found:
        document.reference.delete()
    return [Deed("firestore", document.id) for document in found]


def without_labels(end: End) -> End:
    """An end without labels and the words of registry models: aliases, versions and events count."""
    after = copy.deepcopy(end)
    for model in after["state"]["bigquery"].values():
        model.pop("labels", None)
    for model in after["state"]["vertex"].values():
        del model["labels"], model["description"]
        for version in model["versions"]:
            del version["labels"]
    return after


def after_a_loss(before: Mapping[str, Any], wanted: End, got: End) -> list[str]:
    """What is wrong after a loss: an alias, an event or an undeployment that is not in the other end.

    An alias that was there `before` counts as people's by then: it stays.
    """
    return [
        *(f"dead letter: {letter}" for letter in got["dead_letters"]),
        *(f"given up: {message}" for message in got["given_up"]),
        *_more_aliases(before, wanted, got),
        *_more_events(wanted, got),
        *_fewer_deployed(wanted, got),
    ]


def _more_aliases(before: Mapping[str, Any], wanted: End, got: End) -> list[str]:
    had = {name: _aliases(model) for name, model in wanted["state"]["vertex"].items()}
    for model in before["vertex"]["models"]:
        had[model["model_id"]] = had.get(model["model_id"], set()) | _aliases(model)
    return [
        f"alias {alias} of {name}@{number}"
        for name, model in got["state"]["vertex"].items()
        for number, alias in _aliases(model) - had.get(name, set())
    ]


def _aliases(model: Any) -> set[tuple[int, str]]:
    return {(v["number"], alias) for v in model["versions"] for alias in v["aliases"]}


def _more_events(wanted: End, got: End) -> list[str]:
    """Events of a type and a model that come more often than undisturbed.

    A refusal of a model that is not registered is decided by the policy alone: it may come again.
    """
    before, after = _counted(wanted), _counted(got)
    return [
        f"{after[event]} x {' '.join(event)}, undisturbed {before[event]}"
        for event in after
        if after[event] > before[event] + (event[0] == "model.v1.rejected")
    ]


def _counted(end: End) -> Counter[tuple[str, ...]]:
    told = [event for event in end["announced"] if not any(t in event for t in _TRUE_OF_A_LOSS)]
    return Counter(tuple(event.split()[:2]) for event in told)


def _fewer_deployed(wanted: End, got: End) -> list[str]:
    return [
        f"{name} serves {len(served)} less"
        for name, endpoint in wanted["state"]["endpoints"].items()
        if (
            served := set(_deployed(endpoint)) - set(_deployed(got["state"]["endpoints"].get(name)))
        )
    ]


def _deployed(endpoint: Any) -> list[str]:
    return [deployed["id"] for deployed in endpoint["deployed_models"]] if endpoint else []


def _update(people: People, name: str, **fields: Any) -> bool:
    """Whether it is there to be changed."""
    try:
        people.registry.update_model(
            model={"name": name, **fields}, update_mask={"paths": list(fields)}
        )
    except NotFound:
        return False
    return True


def _name(model: Any) -> str:
    return f"projects/{model['project']}/locations/{model['location']}/models/{model['model_id']}"
