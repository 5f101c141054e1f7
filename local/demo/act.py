"""An act of the day, and the shapes that several acts have in common."""

from __future__ import annotations

from dataclasses import dataclass

from local.people.expectations import Account, Told, Version
from local.people.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A part of the day, and what shall be seen after it; the registry as a whole."""

    title: str
    steps: tuple[Step, ...]
    expected: Account


PRODUCTION = {"vertex": "register", "stage": "prod", "team": "growth"}


def version(name: str, *aliases: str) -> Version:
    """A version as the shipped policy makes it of a model with the labels of PRODUCTION."""
    return Version(
        name=name,
        aliases=aliases,
        labels={"team": "growth"},
        description="Trained by ana@example.com",
    )


def decided(model: str, *reasons: str) -> frozenset[tuple[str, ...]]:
    """The decisions about one model."""
    return frozenset((model, reason) for reason in reasons)


def registered(
    model: str, vertex: str, alias: str, reason: str = "RULE_MATCHED"
) -> tuple[Told, ...]:
    """The events of a new registration with one alias."""
    return (
        Told("model.v1.registered", model, vertex, reason=reason),
        Told("alias.v1.assigned", model, vertex, alias, reason=reason),
    )


def deleted(model: str, vertex: str) -> Told:
    """The event of a deleted model, which names the version that it had."""
    return Told("model.v1.deleted", model, vertex, gone=vertex, reason="MODEL_DELETED")
